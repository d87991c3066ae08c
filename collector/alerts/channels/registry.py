"""The registry of channels, and how the settings make each of them."""

from collections.abc import Callable, Mapping

from collector.alerts.channels.addresses import Allowed
from collector.alerts.channels.base import Channel
from shared.models.alerts import ChannelType
from shared.settings import Settings
from shared.times import Clock, utc_now

# What a channel needs loads only where it is used.
# ruff: noqa: PLC0415


def _webhook(settings: Settings, clock: Clock) -> Channel:
    from collector.alerts.channels.http import HttpClient
    from collector.alerts.channels.webhook import WebhookChannel

    return WebhookChannel(HttpClient(Allowed.of(settings.alerts_allow)), clock)


def _slack(settings: Settings, _clock: Clock) -> Channel:
    from collector.alerts.channels.http import HttpClient
    from collector.alerts.channels.slack import SlackChannel

    return SlackChannel(HttpClient(Allowed.of(settings.alerts_allow)))


def _teams(settings: Settings, _clock: Clock) -> Channel:
    from collector.alerts.channels.http import HttpClient
    from collector.alerts.channels.teams import TeamsChannel

    return TeamsChannel(HttpClient(Allowed.of(settings.alerts_allow)))


def _discord(settings: Settings, _clock: Clock) -> Channel:
    from collector.alerts.channels.discord import DiscordChannel
    from collector.alerts.channels.http import HttpClient

    return DiscordChannel(HttpClient(Allowed.of(settings.alerts_allow)))


def _email(settings: Settings, clock: Clock) -> Channel:
    from collector.alerts.channels.email import email_channel

    return email_channel(settings, clock)


def _apprise(settings: Settings, _clock: Clock) -> Channel:
    from collector.alerts.channels.apprise import AppriseChannel

    return AppriseChannel(Allowed.of(settings.alerts_allow))


MAKERS: Mapping[ChannelType, Callable[[Settings, Clock], Channel]] = {
    "webhook": _webhook,
    "slack": _slack,
    "teams": _teams,
    "discord": _discord,
    "email": _email,
    "apprise": _apprise,
}


def channel_of(kind: ChannelType, settings: Settings, clock: Clock = utc_now) -> Channel:
    """Return the channel of a type, by these settings; any loop may use it."""
    return MAKERS[kind](settings, clock)
