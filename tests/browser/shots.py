"""Pictures of the main pages: ``python -m tests.browser.shots <base_url> <folder> [words]``.

Chinese and English, at a desk and on the phone, and the inbox in the dark. Words choose pictures whose
name holds one of them. The site is the demo company's.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, TimeoutError

from tests.browser.chromium import chromium, context_of, settled, sign_in

LANGUAGES = ("zh", "en")


@dataclass(frozen=True)
class Picture:
    """A page as somebody sees it; ``act`` does something on it first."""

    name: str
    address: str
    person: str = "manager1"
    act: Callable[[Page], None] | None = None
    signed_in: bool = True


def _open_first(page: Page) -> None:
    page.locator("a.task").first.click()
    page.wait_for_selector("#task-title")


def _open_diagram(page: Page) -> None:
    _open_first(page)
    page.click("[data-tab=diagram]")
    settled(page)


def _open_history(page: Page) -> None:
    _open_first(page)
    page.click("[data-tab=history]")
    page.wait_for_selector("[data-panel=history] .history")


def _follow_first(page: Page) -> None:
    page.locator("td.name a").first.click()
    page.wait_for_load_state()


def _read_the_wording(page: Page) -> None:
    _follow_first(page)
    page.goto(f"{page.url.partition('?')[0]}?tab=text")


def _begin_a_supplement(page: Page) -> None:
    """What a supplement changes, while it is drafted; one is begun for each picture."""
    _follow_first(page)
    page.goto(f"{page.url.partition('?')[0].rstrip('/')}/supplement/")
    page.locator("main form button.btn-primary").click()
    page.wait_for_url("**/changes/")


def _hold_a_process(page: Page) -> None:
    """Something is held, so that the list has a line; the site is there for pictures alone."""
    if page.locator("tbody tr").count():
        return
    page.goto(page.url.rstrip("/") + "/process/")
    page.select_option("[name=definition]", index=1)
    page.fill("[name=reason]", "法务要求保留 / Asked for by the lawyers")
    page.locator("#form button.btn-primary").click()
    page.wait_for_load_state()


def _keep_half_a_year(page: Page) -> None:
    """One process keeps its cases for half a year, so that there is something to preview."""
    here = page.url
    page.goto(here.replace("/cases/purge/", "/processes/contract_lifecycle/retention/"))
    page.select_option("[name=rule]", "months")
    page.fill("[name=months]", "6")
    page.locator("#form button.btn-primary").click()
    page.wait_for_load_state()
    page.goto(here)


PICTURES = [
    Picture("sign-in", "/account/login/", signed_in=False),
    Picture("inbox", "/inbox/"),
    Picture("task", "/inbox/", act=_open_first),
    Picture("task-diagram", "/inbox/", act=_open_diagram),
    Picture("task-history", "/inbox/", act=_open_history),
    Picture("queue", "/inbox/?box=queue", "finance", _open_first),
    Picture("done", "/inbox/?box=done", "finance", _open_first),
    Picture("cases", "/cases/"),
    Picture("case", "/cases/", act=_follow_first),
    Picture("customers", "/customers/", "rep1"),
    Picture("customer", "/customers/", "rep1", _follow_first),
    Picture("contracts", "/contracts/", "rep1"),
    Picture("contract", "/contracts/", "rep1", _follow_first),
    Picture("their-paper", "/contracts/?q=上海闵行焊接材料", "legal", _read_the_wording),
    Picture("supplement", "/contracts/?q=退款条款补充协议", "legal", _follow_first),
    Picture("supplement-changes", "/contracts/?q=金牌会员及全年广告服务合同", "rep2", _begin_a_supplement),
    Picture("payments", "/payments/", "finance"),
    Picture("receivables", "/receivables/", "finance"),
    Picture("processes", "/processes/", "admin"),
    Picture("process", "/processes/contract_lifecycle/", "admin"),
    Picture("failures", "/incidents/", "admin"),
    Picture("operations", "/operations/", "admin"),
    Picture("alerts", "/operations/alerts/", "admin"),
    Picture("settings", "/settings/", "admin"),
    Picture("holds", "/holds/", "admin", _hold_a_process),
    Picture("keeping", "/processes/contract_lifecycle/retention/", "admin"),
    Picture("purging", "/cases/purge/", "admin", _keep_half_a_year),
    Picture("purged", "/cases/purged/", "admin"),
    Picture("not-found", "/nowhere/"),
]
IN_THE_DARK = {"inbox", "task", "task-diagram", "case"}


def main(arguments: list[str]) -> int:
    base_url, folder, words = arguments[0].rstrip("/"), Path(arguments[1]), arguments[2:]
    folder.mkdir(parents=True, exist_ok=True)
    wanted = [one for one in PICTURES if not words or any(word in one.name for word in words)]
    failed: list[str] = []
    with chromium() as browser:
        for language in LANGUAGES:
            for phone in (False, True):
                failed += take(browser, base_url, folder, wanted, language=language, phone=phone)
        dark = [one for one in wanted if one.name in IN_THE_DARK]
        failed += take(browser, base_url, folder, dark, language="zh", phone=False, theme="dark")
    for line in failed:
        print(line)
    return 1 if failed else 0


def take(
    browser: Browser,
    base_url: str,
    folder: Path,
    pictures: list[Picture],
    *,
    language: str,
    phone: bool,
    theme: str = "light",
) -> list[str]:
    """Take these pictures in one light; gives back what could not be taken."""
    suffix = f"{language}-{'phone' if phone else 'wide'}{'-dark' if theme == 'dark' else ''}"
    pages: dict[str, Page] = {}
    failed = []
    for picture in pictures:
        who = picture.person if picture.signed_in else ""
        if who not in pages:
            page = context_of(browser, language=language, phone=phone, theme=theme).new_page()
            pages[who] = sign_in(page, base_url, who, language=language) if who else page
            if not who and language == "en":
                page.goto(base_url + picture.address)
                page.click("button[name=language][value=en]")
        page = pages[who]
        try:
            page.goto(base_url + picture.address)
            if picture.act is not None:
                picture.act(page)
            settled(page)
        except TimeoutError as error:
            failed.append(f"{picture.name} {suffix}: {str(error).splitlines()[0]}")
            continue
        page.screenshot(path=folder / f"{picture.name}-{suffix}.png")
    for page in pages.values():
        page.context.close()
    return failed


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
