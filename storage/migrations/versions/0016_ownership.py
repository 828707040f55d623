"""Rules say whose a report is; what teams own by words becomes such rules. A ticket says why it is its team's."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

WORDS = {"keyword": "keywords", "component": "components"}
TEAMS = sa.table(
    "teams",
    sa.column("id", sa.Integer),
    sa.column("workspace_id", sa.String),
    sa.column("keywords", sa.JSON),
    sa.column("components", sa.JSON),
)


def upgrade() -> None:
    rules = op.create_table(
        "ownership_rules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("pattern", sa.String(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("people", sa.JSON(), nullable=False),
        sa.Column("owners", sa.JSON(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("word", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_ownership_rules_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ownership_rules")),
    )
    op.create_index("ix_ownership_rules_kind", "ownership_rules", ["kind", "team_id"])
    op.create_index("ix_ownership_rules_word", "ownership_rules", ["word"])
    op.create_index("ix_ownership_rules_source", "ownership_rules", ["source", "origin"])
    fixed = {"people": [], "owners": [], "source": "manual", "origin": "", "place": 0, "word": None}
    owned = [
        {"workspace_id": team.workspace_id, "kind": kind, "pattern": word, "team_id": team.id, **fixed}
        for team in op.get_bind().execute(sa.select(TEAMS).order_by(TEAMS.c.id))
        for kind, column in WORDS.items()
        for word in getattr(team, column)
    ]
    if owned:
        op.bulk_insert(rules, owned)
    with op.batch_alter_table("teams") as teams:
        for column in WORDS.values():
            teams.drop_column(column)
    with op.batch_alter_table("tickets") as tickets:
        tickets.add_column(sa.Column("team_source", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("tickets") as tickets:
        tickets.drop_column("team_source")
    with op.batch_alter_table("teams") as teams:
        for column in WORDS.values():
            teams.add_column(sa.Column(column, sa.JSON(), nullable=False, server_default="[]"))
    owned: dict[tuple[int, str], list[str]] = {}
    found = sa.text("SELECT team_id, kind, pattern FROM ownership_rules WHERE source = 'manual' ORDER BY id")
    for team_id, kind, pattern in op.get_bind().execute(found):
        if kind in WORDS and team_id is not None:
            owned.setdefault((team_id, WORDS[kind]), []).append(pattern)
    for (team_id, column), words in owned.items():
        op.get_bind().execute(sa.update(TEAMS).where(TEAMS.c.id == team_id).values({column: words}))
    with op.batch_alter_table("teams") as teams:
        for column in WORDS.values():
            teams.alter_column(column, server_default=None)
    op.drop_table("ownership_rules")
