"""The share of traces that is kept, by OpenTelemetry's own settings."""

import pytest

from shared.telemetry.azure_monitor import _sampler


@pytest.mark.parametrize(
    ("name", "argument", "described"),
    [
        (None, None, "RateLimitedSampler{5.0}"),
        (None, "1", "RateLimitedSampler{5.0}"),
        ("microsoft.rate_limited", "0.5", "RateLimitedSampler{0.5}"),
        ("microsoft.rate_limited", "nan", "RateLimitedSampler{5.0}"),
        ("microsoft.rate_limited", "-1", "RateLimitedSampler{5.0}"),
        ("microsoft.fixed_percentage", "0.25", "ApplicationInsightsSampler0.25"),
        ("microsoft.fixed_percentage", "25", "ApplicationInsightsSampler1.0"),
    ],
)
def test_azures_samplers_are_taken_by_name(
    monkeypatch: pytest.MonkeyPatch, name: str | None, argument: str | None, described: str
) -> None:
    given = {"OTEL_TRACES_SAMPLER": name, "OTEL_TRACES_SAMPLER_ARG": argument}
    for setting, value in given.items():
        if value is None:
            monkeypatch.delenv(setting, raising=False)
        else:
            monkeypatch.setenv(setting, value)
    sampler = _sampler()
    assert sampler is not None
    assert sampler.get_description() == described


def test_other_samplers_are_the_sdks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "always_on")
    assert _sampler() is None
