"""The commonest words of English."""


def words_of(text: str) -> frozenset[str]:
    """Return the words of a text as a set."""
    return frozenset(text.split())


ENGLISH = words_of(
    "the of and to a in is it you that he was for on are with as i his they at be this "
    "have from or had by but what some we can out other were all there when up your how "
    "said an each she which do their if will way about many then them would like so these "
    "her him has see could no than been who its now did get my me just not don t s im any "
    "because good know think people really lol am why where more very only here need want "
    "new too us"
)
