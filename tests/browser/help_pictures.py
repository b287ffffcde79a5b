"""Pictures of the users' documents: ``python -m tests.browser.help_pictures <base_url> [words]``.

Taken in Chinese at a desk, made small, and put into ``docs/users/pictures``; both languages show them.
The site is the demo company's, fresh (``make demo-reset``). Words choose pictures whose name holds one of them.
"""

import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from tests.browser.chromium import chromium, context_of, settled, sign_in
from tests.browser.shots import Picture

FOLDER = Path(__file__).parent.parent.parent / "docs/users/pictures"
WIDTH, COLOURS = 1200, 128


def _open_leaver(page: Page) -> None:
    _open_person(page, "deactivate/")


def _open_rights(page: Page) -> None:
    _open_person(page, "rights/")


def _open_person(page: Page, what: str) -> None:
    page.locator("td.name a", has_text="陈晨").first.click()
    page.wait_for_load_state()
    page.goto(page.url.split("?")[0] + what)


def _open_first(page: Page) -> None:
    page.locator("td.name a").first.click()
    page.wait_for_load_state()


PICTURES = [
    Picture("desk", "/"),
    Picture("notification-choices", "/notifications/choices/", "rep1"),
    Picture("customer", "/customers/", "rep1", _open_first),
    Picture("reports", "/reports/", "finance"),
    Picture("set-up", "/setup/", "admin"),
    Picture("leaver", "/people/", "admin", _open_leaver),
    Picture("rights", "/people/", "admin", _open_rights),
    Picture("calendar", "/calendar/", "admin"),
]


def main(arguments: list[str]) -> int:
    base_url, words = arguments[0].rstrip("/"), arguments[1:]
    FOLDER.mkdir(parents=True, exist_ok=True)
    pages: dict[str, Page] = {}
    with chromium() as browser:
        for picture in PICTURES:
            if words and not any(word in picture.name for word in words):
                continue
            if picture.person not in pages:
                page = context_of(browser).new_page()
                pages[picture.person] = sign_in(page, base_url, picture.person)
            page = pages[picture.person]
            page.goto(base_url + picture.address)
            if picture.act is not None:
                picture.act(page)
            settled(page)
            save_small(page.screenshot(), FOLDER / f"{picture.name}.png")
    return 0


def save_small(shot: bytes, path: Path) -> None:
    """Narrower and with fewer colours: a document should not weigh megabytes."""
    image = Image.open(io.BytesIO(shot)).convert("RGB")
    image = image.resize((WIDTH, round(image.height * WIDTH / image.width)), Image.Resampling.LANCZOS)
    image.quantize(COLOURS).save(path, optimize=True)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
