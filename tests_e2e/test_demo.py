"""What a person does in the demo, done in a browser. The same run takes the pictures of the README."""

from __future__ import annotations

import re
import time
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from tests_e2e.conftest import ROOT, WHY_NOT

if WHY_NOT:
    pytest.skip(WHY_NOT, allow_module_level=True)

from playwright.sync_api import FilePayload, Locator, Page, expect

PICTURES = ROOT / "docs" / "demo"
NARROW = {"width": 360, "height": 740}


def keep(page: Page, name: str) -> None:
    """Take a picture for the README, with nothing under the pointer."""
    page.mouse.move(0, 0)
    page.wait_for_timeout(250)  # what rises into the chat comes to rest
    PICTURES.mkdir(parents=True, exist_ok=True)
    whole = Image.open(BytesIO(page.screenshot()))
    # 256 colours: a third of the bytes, and no eye sees it on a page of flat colours (the octree keeps the rare ones).
    whole.convert("RGB").quantize(256, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(
        PICTURES / f"{name}.png", optimize=True
    )


def key(page: Page, label: str | re.Pattern[str]) -> Locator:
    """A button of the bot's last keyboard."""
    return page.locator(".message:has(.keyboard)").last.get_by_role("button", name=label)


def write(page: Page, text: str) -> None:
    """Write into the open chat."""
    page.get_by_role("textbox", name="Message").fill(text)
    page.keyboard.press("Enter")


def follow_9a(page: Page) -> Locator:
    """From START to the first picture by taps alone; gives the picture."""
    page.get_by_role("button", name="START", exact=True).click()
    key(page, "9a").click()
    key(page, re.compile("evening before")).click()
    picture = page.locator(".picture img")
    expect(picture).to_be_visible(timeout=10_000)
    return picture


def test_three_taps_to_a_picture_that_says_in_words_what_it_shows(page: Page) -> None:
    picture = follow_9a(page)
    expect(picture).to_have_attribute("alt", re.compile(r"9a · Saulės gimnazija\n"))
    expect(picture).to_have_attribute("alt", re.compile(r"1\. 08:00–08:45 "))
    assert picture.evaluate("image => image.complete && image.naturalWidth") == 960
    keep(page, "first-picture")


def test_buttons_turn_the_page_in_place(page: Page) -> None:
    picture = follow_9a(page)
    before, count = picture.get_attribute("alt"), page.locator(".message").count()
    key(page, re.compile("→")).click()
    expect(picture).not_to_have_attribute("alt", before or "", timeout=10_000)
    assert page.locator(".message").count() == count
    expect(key(page, re.compile("→"))).to_be_focused()


def test_all_of_it_works_from_the_keyboard(page: Page) -> None:
    page.get_by_role("button", name="START", exact=True).focus()
    page.keyboard.press("Enter")
    key(page, "9a").press("Enter")
    key(page, re.compile("evening before")).press("Enter")
    expect(page.locator(".picture img")).to_be_visible(timeout=10_000)
    page.get_by_role("textbox", name="Message").focus()
    page.keyboard.type("/today")
    page.keyboard.press("Enter")
    expect(page.locator(".picture img")).to_have_count(2, timeout=10_000)
    page.get_by_role("tab", name="Schoolbell").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="9a tėvai")).to_be_focused()
    expect(page.locator("#chat-title")).to_have_text("9a tėvai")


def test_the_evening_brings_the_plan(page: Page) -> None:
    follow_9a(page)
    page.get_by_role("button", name="Evening 18:00").click()
    expect(page.locator(".picture img")).to_have_count(2, timeout=10_000)
    expect(page.locator("#clock-time")).to_have_text("18:00")


def test_a_published_change_arrives_marked_within_two_seconds(page: Page) -> None:
    follow_9a(page)
    before = page.locator(".message").count()
    page.get_by_label("Cancel lesson").select_option("4")
    lesson = page.locator(".lessons li").filter(has=page.locator(".number", has_text="4")).first
    subject = lesson.locator("b").inner_text()
    started = time.perf_counter()
    page.locator("#quick-cancel").get_by_role("button").click()
    news = page.locator(".message").nth(before)
    expect(news).to_contain_text(subject, timeout=5_000)
    assert time.perf_counter() - started < 2
    expect(lesson).to_contain_text("cancelled")
    keep(page, "change")


def test_only_admins_change_what_a_group_gets(page: Page) -> None:
    page.get_by_role("tab", name="9a tėvai").click()
    page.get_by_role("button", name="ADD SCHOOLBELL").click()
    key(page, "9a").click()
    key(page, re.compile("evening before")).click()
    expect(page.locator(".picture img")).to_be_visible(timeout=10_000)
    write(page, "/settings")
    expect(key(page, "Light")).to_be_visible()
    settings = page.locator(".message:has(.keyboard)").last.inner_text()
    page.get_by_role("button", name=re.compile("^Jonas")).click()
    page.get_by_role("tab", name="9a tėvai").click()
    key(page, "Light").click()
    expect(page.locator("#toast")).to_contain_text(re.compile("admin", re.I))
    assert page.locator(".message:has(.keyboard)").last.inner_text() == settings
    keep(page, "group")
    write(page, "/settings")
    expect(page.locator(".message").last).to_contain_text(re.compile("admin", re.I))


def test_a_topic_is_answered_in_the_topic(page: Page) -> None:
    page.get_by_role("tab", name="Gimnazijos tėvai").click()
    page.get_by_role("button", name="# 9a klasė").click()
    write(page, "/start")
    expect(page.locator(".message.theirs .keyboard")).to_be_visible()
    page.get_by_role("button", name="# General").click()
    expect(page.locator(".message.theirs .keyboard")).to_have_count(0)


def test_a_link_leads_straight_to_the_class(page: Page) -> None:
    follow_9a(page)
    write(page, "/share")
    expect(page.get_by_role("link", name=re.compile(r"\?start="))).to_be_visible()
    page.get_by_role("link", name=re.compile(r"\?start=")).click()
    expect(page.locator(".message.mine").last).to_contain_text("/start c-")
    expect(page.locator(".message.theirs").last).to_contain_text("9a")
    assert len(page.context.pages) == 1


def test_a_slash_offers_what_the_bot_registered_for_this_chat(page: Page) -> None:
    follow_9a(page)
    page.get_by_role("button", name="Commands").click()
    page.keyboard.type("tod")
    offered = page.get_by_role("listbox", name="Suggestions").get_by_role("option")
    expect(offered).to_have_count(1)
    expect(offered).to_contain_text("/today")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.locator(".picture img")).to_have_count(2, timeout=10_000)
    page.get_by_role("tab", name="Gimnazijos tėvai").click()
    page.get_by_role("button", name="Commands").click()
    expect(offered.filter(has_text="/settings")).to_have_count(1)
    page.get_by_role("button", name=re.compile("^Jonas")).click()
    page.get_by_role("tab", name="Gimnazijos tėvai").click()
    page.get_by_role("button", name="Commands").click()
    expect(offered.filter(has_text="/today")).to_have_count(1)
    expect(offered.filter(has_text="/settings")).to_have_count(0)


def test_pictures_open_large(page: Page) -> None:
    picture = follow_9a(page)
    page.locator(".picture").click()
    large = page.get_by_role("dialog", name="Picture")
    expect(large).to_be_visible()
    assert large.get_by_role("img").get_attribute("alt") == picture.get_attribute("alt")
    page.keyboard.press("Escape")
    expect(large).to_be_hidden()


def test_a_dead_school_site_leaves_the_last_plan_standing(page: Page) -> None:
    follow_9a(page)
    page.locator("#site").select_option("down")
    write(page, "/today")
    expect(page.locator(".picture img")).to_have_count(2, timeout=10_000)


def test_busy_telegram_delays_and_loses_nothing(page: Page) -> None:
    follow_9a(page)
    page.locator("#telegram").select_option("busy")
    page.get_by_role("button", name="Evening 18:00").click()
    expect(page.locator(".calls .refused")).not_to_have_count(0, timeout=5_000)
    expect(page.locator(".picture img")).to_have_count(2, timeout=20_000)


def test_the_school_can_publish_in_another_system(page: Page) -> None:
    page.locator("#system").select_option("ical")
    page.get_by_role("button", name="Start over").click()
    expect(page.locator("#school-about")).to_contain_text("iCal", timeout=10_000)
    picture = follow_9a(page)
    expect(picture).to_have_attribute("alt", re.compile("9a · Saulės gimnazija"))


def test_dark(page: Page) -> None:
    follow_9a(page)
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_role("button", name="Dark page").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != before
    expect(page.get_by_role("button", name="Dark page")).to_have_attribute("aria-pressed", "true")
    keep(page, "dark")


def test_every_text_can_be_read_in_light_and_dark(page: Page) -> None:
    follow_9a(page)
    write(page, "/settings")
    expect(key(page, "Light")).to_be_visible()
    measure = (Path(__file__).parent / "contrast.js").read_text("utf-8")
    for _ in range(2):
        assert page.evaluate(measure) == []
        page.get_by_role("button", name="Dark page").click()


def test_everything_that_is_operated_has_a_name(page: Page) -> None:
    follow_9a(page)
    nameless = page.evaluate("""() => [...document.querySelectorAll("button, select, input:not([type=file]), a")]
        .filter((one) => one.checkVisibility() && !(one.getAttribute("aria-label") || one.labels?.length
            || one.textContent.trim() || one.querySelector("img[alt]:not([alt=''])")))
        .map((one) => one.outerHTML)""")
    assert nameless == []


def test_a_picture_can_come_as_a_file(page: Page) -> None:
    follow_9a(page)
    write(page, "/settings")
    key(page, "As a picture").click()
    key(page, "As a picture file").click()
    expect(key(page, "As a picture file")).to_have_count(1)
    expect(key(page, "Light")).to_be_visible()
    write(page, "/today")
    row = page.locator(".document")
    expect(row).to_be_visible(timeout=10_000)
    with page.expect_download() as download:
        row.click()
    assert download.value.suggested_filename.endswith(".png")


def test_a_picture_of_the_blackboard_is_kept_with_the_homework(page: Page) -> None:
    follow_9a(page)
    page.get_by_role("textbox", name="Message").fill("/hw matematika p. 45")
    blackboard = FilePayload(name="board.png", mimeType="image/png", buffer=page.screenshot())
    page.locator("#file").set_input_files(blackboard)
    expect(page.locator(".message.mine .picture img")).to_be_visible()
    expect(page.locator(".message.theirs").last).to_contain_text("Matematika: p. 45")
    key(page, "Homework").click()
    key(page, re.compile("📷")).last.click()
    expect(page.locator(".message.theirs").last.locator(".picture img")).to_have_js_property("naturalWidth", 1440)


DRAW = """async (messages) => {
    const { drawn } = await import("./bubbles.js");
    const item = drawn(messages, { mine: false, named: false, pressed: "", doing: {} });
    document.getElementById("messages").append(item);
    return item.querySelector(".bubble, span").innerHTML;
}"""
PLAIN = {"id": 900, "chat": 1, "from": 2, "name": "Schoolbell", "bot": True, "date": 0, "edited": False, "text": "",
         "entities": [], "buttons": [], "album": "", "via": False, "reactions": [], "service": ""}  # fmt: skip


def test_formats_nest_and_count_as_telegram_counts(page: Page) -> None:
    text = "🔔 <b>not bold</b> bold both"
    entities = [
        {"type": "bold", "offset": 19, "length": 9},
        {"type": "italic", "offset": 24, "length": 4},
    ]
    html = page.evaluate(DRAW, [PLAIN | {"text": text, "entities": entities}])
    assert "🔔 &lt;b&gt;not bold&lt;/b&gt; <strong>bold <em>both</em></strong>" in html


def test_a_long_quote_is_folded_until_it_is_opened(page: Page) -> None:
    text = "1\n2\n3\n4\n5"
    quote = {"type": "expandable_blockquote", "offset": 0, "length": len(text)}
    page.evaluate(DRAW, [PLAIN | {"text": text, "entities": [quote]}])
    button = page.get_by_role("button", name="Show all")
    expect(button).to_have_attribute("aria-expanded", "false")
    button.click()
    expect(page.get_by_role("button", name="Show less")).to_have_attribute("aria-expanded", "true")


def test_an_album_is_one_message(page: Page) -> None:
    file = {"kind": "photo", "name": "a.png", "url": "bell.svg", "width": 64, "height": 64, "bytes": 400}
    album = [PLAIN | {"id": 900 + number, "album": "7", "file": file} for number in range(3)]
    album[0] |= {"text": "Three days", "reactions": ["👍"]}
    html = page.evaluate(DRAW, album)
    assert html.count("<img") == 3
    assert html.count("Three days") == 1 + 3  # the caption, and what each picture says
    assert "👍" in html


def test_addresses_and_commands_become_links_and_nothing_else_does(page: Page) -> None:
    text = "See https://example.org/a?b=1. Or /today, not 1/2 and not a/b"
    html = page.evaluate(DRAW, [PLAIN | {"text": text}])
    assert 'href="https://example.org/a?b=1"' in html
    assert html.count("<a ") == 1
    assert re.findall(r'class="command">([^<]*)<', html) == ["/today"]


def test_the_untis_monitor_brings_its_changes(page: Page) -> None:
    page.locator("#system").select_option("untis-monitor")
    page.get_by_role("button", name="Start over").click()
    expect(page.locator("#school-about")).to_contain_text("Untis", timeout=10_000)
    page.get_by_role("button", name="START", exact=True).click()
    key(page, "9a").click()
    key(page, re.compile("evening before")).click()
    page.get_by_role("button", name="Evening 18:00").click()
    expect(page.locator(".message.theirs").last).to_contain_text("112", timeout=10_000)
    keep(page, "untis")


def test_a_phones_width_needs_no_sideways_scrolling(page: Page) -> None:
    follow_9a(page)
    for width in (360, 412, 768, 939, 940, 1280, 1600):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.set_viewport_size({"width": 360, "height": 740})
    for view in ("School", "Calls", "Chat"):
        page.get_by_role("button", name=view, exact=True).click()
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], view
    keep(page, "phone")


def test_the_page_comes_back_after_losing_the_demo(page: Page) -> None:
    follow_9a(page)
    page.context.set_offline(True)
    page.context.set_offline(False)
    page.reload()
    expect(page.locator(".picture img")).to_be_visible()


def test_first_paint_within_a_second(page: Page) -> None:
    page.reload()
    page.get_by_role("button", name="START", exact=True).wait_for()
    painted = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    assert painted < 1000
