"""E-mail addresses of settings and rules."""

import pytest

from shared.email_addresses import Sender, email_addresses, is_email_address, sender_of


@pytest.mark.parametrize(
    "address",
    ["ann@example.org", "a.b+c_d@mail.example.co.uk", "root@localhost", "o'neil@xn--e1afmkfd.com"],
)
def test_addresses_are_taken(address: str) -> None:
    assert is_email_address(address)
    assert email_addresses(f" {address} ") == (address,)
    assert sender_of(address) == Sender("", address)


@pytest.mark.parametrize(
    "address",
    [
        "", "ann", "@example.org", "ann@", "a b@example.org", "ann@example..org", ".ann@x.org",
        "ann@-example.org", "ann@example.org\r\nBcc: x@example.org", "ann@example.org>",
        "ann@exa\u0445mple.org", "\u00e4nn@example.org", "ann@example.org;bob@example.org",
        "a" * 65 + "@example.org", "ann@" + "a" * 64 + ".org", "ann@" + "a.b" * 84 + ".org",
        '"ann"@example.org', "ann@[127.0.0.1]", "ann@example.org\x00", "ann@example.org\n",
    ],
)  # fmt: skip
def test_others_are_refused_without_being_quoted(address: str) -> None:
    assert not is_email_address(address)
    with pytest.raises(ValueError, match="number 2 of 2 is not an e-mail address"):
        email_addresses(f"bob@example.org,{address}\x00")
    with pytest.raises(ValueError, match="not an e-mail address, nor a name"):
        sender_of(f"Ann <{address}>")


def test_several_addresses_are_taken_once_each_in_their_order() -> None:
    given = "ann@example.org, bob@example.org,Ann@Example.org"
    assert email_addresses(given) == ("ann@example.org", "bob@example.org")


def test_there_is_a_limit_to_the_number_of_addresses() -> None:
    many = [f"p{number}@example.org" for number in range(21)]
    assert len(email_addresses(",".join(many[:20]))) == 20
    with pytest.raises(ValueError, match="21 e-mail addresses: at most 20"):
        email_addresses(",".join(many))


def test_a_sender_may_have_a_name() -> None:
    sender = sender_of("Undertone f\u00fcr Ann <alerts@example.org>")
    assert sender == Sender("Undertone f\u00fcr Ann", "alerts@example.org")
    assert sender.domain == "example.org"


@pytest.mark.parametrize("given", ["A, B <a@example.org>", "A\nB <a@example.org>", "A <a@b> <c@d>"])
def test_a_name_with_signs_of_its_own_meaning_is_refused(given: str) -> None:
    with pytest.raises(ValueError, match="not an e-mail address, nor a name"):
        sender_of(given)
