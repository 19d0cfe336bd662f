"""Makes the vendored fonts: `python tools/subset_fonts.py FOLDER`, run by hand when Inter or the script list changes.

FOLDER is the unpacked npm package `inter-ui` 4.1.1 (`npm pack inter-ui@4.1.1`, then `tar xzf`). Reading its WOFF2 files
needs `brotli` beside fontTools; nothing of this is needed at run time.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

FONTS = Path(__file__).parent.parent / "bot" / "render" / "fonts"
WEIGHTS = ("Regular", "SemiBold", "Bold")
FEATURES = ["kern", "ccmp", "locl", "tnum", "mark", "mkmk"]

RANGES = (
    (0x20, 0x7E),
    (0xA0, 0xAC),
    (0xAE, 0x17F),  # Latin-1 (without the soft hyphen), Latin Extended-A
    (0x18F, 0x18F),
    (0x259, 0x259),  # Azerbaijani schwa
    (0x1CD, 0x1DC),
    (0x1E6, 0x1E7),
    (0x1FA, 0x1FF),
    (0x218, 0x21B),  # Romanian comma below
    (0x237, 0x237),
    (0x2BC, 0x2BC),
    (0x2C6, 0x2C7),
    (0x2D8, 0x2DD),
    (0x300, 0x304),
    (0x306, 0x30C),
    (0x323, 0x323),
    (0x326, 0x328),
    (0x384, 0x3CE),  # Greek, monotonic
    (0x400, 0x45F),  # Cyrillic of be bg mk ru sr uk
    (0x490, 0x493),
    (0x49A, 0x49B),
    (0x4A2, 0x4A3),
    (0x4AE, 0x4B1),
    (0x4BA, 0x4BB),
    (0x4D8, 0x4D9),
    (0x4E8, 0x4E9),  # Kazakh
    (0x1E80, 0x1E85),
    (0x1E9E, 0x1E9E),  # capital sharp s
    (0x1EA0, 0x1EF9),  # Vietnamese
    (0x2010, 0x2015),
    (0x2018, 0x201E),
    (0x2020, 0x2022),
    (0x2026, 0x2026),
    (0x2030, 0x2030),
    (0x2032, 0x2033),
    (0x2039, 0x203A),
    (0x2044, 0x2044),
    (0x2070, 0x2070),
    (0x2074, 0x2079),
    (0x2080, 0x2089),
    (0x20A0, 0x20BF),  # currencies
    (0x2116, 0x2116),
    (0x2122, 0x2122),
    (0x2150, 0x215E),
    (0x2160, 0x216B),
    (0x2190, 0x2199),  # arrows
    (0x2200, 0x2265),
    (0x2713, 0x2713),
    (0x2717, 0x2717),
)


def make(source: Path, target: Path) -> int:
    """Write one weight; returns its size in bytes."""
    options = subset.Options()
    options.layout_features = FEATURES
    options.hinting = False
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.notdef_outline = True
    options.recalc_timestamp = False
    font: TTFont = subset.load_font(str(source), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=[point for first, last in RANGES for point in range(first, last + 1)])
    subsetter.subset(font)
    font.flavor = None
    font.save(target, reorderTables=False)
    return target.stat().st_size


def main() -> None:
    """Subset every weight and copy the licence."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("package", type=Path, help="the unpacked inter-ui package")
    package: Path = parser.parse_args().package
    FONTS.mkdir(exist_ok=True)
    for weight in WEIGHTS:
        size = make(package / "web" / f"Inter-{weight}.woff2", FONTS / f"Inter-{weight}.ttf")
        print(f"Inter-{weight}.ttf {size / 1024:.1f} KB")
    shutil.copy(package / "LICENSE.txt", FONTS / "OFL.txt")


if __name__ == "__main__":
    main()
