"""Every setting, with its default and what turns off without it; the only reader of the environment."""

from bot.settings.kinds import PUBLISHED, named_networks
from bot.settings.read import Off, env_name, read_settings, switched_off
from bot.settings.table import Settings

__all__ = ["PUBLISHED", "Off", "Settings", "env_name", "named_networks", "read_settings", "switched_off"]
