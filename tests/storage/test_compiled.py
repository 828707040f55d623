"""What one engine compiled serves the next one on the same kind of database."""

from sqlmodel import col, func, select

from storage.compiled import COMPILED
from storage.database import Database, open_database
from storage.driver import FileDialect
from storage.settings_kv import Setting

QUESTION = select(func.count()).select_from(Setting).where(col(Setting.key).startswith("asked here alone"))


async def test_a_statement_is_compiled_once_for_all_engines(db: Database) -> None:
    before = len(COMPILED)
    async with db.read() as tx:
        assert (await tx.exec(QUESTION)).one() == 0
    compiled = len(COMPILED)
    assert compiled > before
    async with open_database(db.where) as other, other.read() as tx:
        assert (await tx.exec(QUESTION)).one() == 0
    assert len(COMPILED) == compiled


def test_another_version_of_the_server_may_need_other_words() -> None:
    one, other = FileDialect(), FileDialect()
    assert {one, other} == {one}
    other.server_version_info = (3, 7)
    assert one != other
