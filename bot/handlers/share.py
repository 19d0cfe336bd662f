"""/share: the link to a class, and a QR code of it for the classroom door."""

from __future__ import annotations

import io
from html import escape

from telegram import InputFile, Update

from bot.commands import Command
from bot.context import Context
from bot.screens import thread_of
from bot.screens.day import each_followed
from bot.store.schools import School, StoredTarget
from bot.texts import mark


async def run(update: Update, context: Context) -> None:
    """Link and picture for every class that is followed."""
    async for asker, target, school in each_followed(update, context):
        link = f"https://t.me/{context.bot.username}?start={payload(target, school)}"
        group = link.replace("?start=", "?startgroup=")
        png = await context.deps.worker.run(qr_code, link)
        texts = asker.texts
        caption = "\n".join(
            (
                texts("The timetable of {name}, for classmates and parents:").format(
                    name=f"<b>{escape(target.name)}</b>"
                ),
                escape(link),
                texts("For a group chat: {link}").format(link=escape(group)),
            )
        )
        assert update.effective_chat is not None
        await context.bot.send_photo(
            update.effective_chat.id,
            InputFile(png, filename="qr.png"),
            caption=caption,
            message_thread_id=thread_of(update),
        )


def payload(target: StoredTarget, school: School) -> str:
    """What the link carries: the class's number, and the invitation where the school wants one."""
    word = str(school.settings.get("invite", "")) if school.settings.get("access") == "invite" else ""
    return f"c-{target.id}-{word}" if word else f"c-{target.id}"


def qr_code(link: str) -> bytes:
    """A PNG of the link that a phone reads from two metres: at least 600 pixels wide, with its quiet zone."""
    import segno  # only who shares needs it

    out = io.BytesIO()
    code = segno.make_qr(link, error="m")
    code.save(out, kind="png", scale=max(8, 600 // code.symbol_size()[0]), border=4)
    return out.getvalue()


COMMAND = Command(name="share", summary=mark("a link and a QR code for the class"), run=run, order=35)
