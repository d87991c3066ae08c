"""Titles and sentences of the sample by mood, with slots in braces.

VADER gives every sentence its mood, and a neutral one a score of exactly 0. So a text made of
sentences of one mood and neutral ones has that mood too. A test checks each line. `linear` gives
nearly all of them the same mood.
"""

SLOTS: dict[str, tuple[str, ...]] = {
    "task": (
        "rename a module across a monorepo",
        "move a service from REST to gRPC",
        "write tests for a parser",
        "port a Flask app to FastAPI",
        "split a 3,000 line file",
        "generate SQL migrations",
        "review a pull request",
        "update an old Gradle build",
        "write a Terraform module",
        "type a Python code base",
    ),
    "part": (
        "the inline diff",
        "the chat panel",
        "the terminal tool",
        "tab completion",
        "the planner",
        "the context window",
        "the rules file",
        "the background agent",
        "the MCP server",
        "the review command",
    ),
    "lang": ("Python", "TypeScript", "Go", "Rust", "Kotlin", "C#", "Elixir", "Terraform"),
    "time": ("this morning", "since Monday", "over the weekend", "last night", "for two weeks"),
    "size": ("40 files", "a 200k line repo", "two services", "one package", "a 15 year old repo"),
    "count": ("3", "5", "12", "20", "40"),
}

TITLES: dict[str, tuple[str, ...]] = {
    "neutral": (
        "How do you {task} with {product}?",
        "Which model do you use for {lang} in {product}?",
        "{product} and {lang}: where do you keep the rules file?",
        "Question about {part} in {product}",
        "How is {product} set up for {size}?",
        "Does {product} read the whole file or only a part of it?",
        "Where does {product} store its settings on Linux?",
        "Where do you use {product} on {size}?",
        "{product} or a plain editor for {lang}?",
        "Is there a way to pin the model version in {product}?",
        "How many tokens do you use in a day?",
        "Weekly thread: what are you building with {product}?",
        "Context length and {lang}: some measurements",
        "Using {part} together with {lang}",
    ),
    "positive": (
        "{product} is amazing when you {task}",
        "I love how {product} handles {lang} now",
        "Impressed: {product} managed to {task} in one go",
        "{part} in {product} is a great addition",
        "Happy with {product} after {count} months",
        "My best week with {lang} so far, thanks to {product}",
        "Finally a really good workflow: {product} and {lang}",
        "Shipped my first app with {product} and I am delighted",
        "{product} made {size} fun again, and I am happy",
        "A small win: {part} is brilliant for {lang}",
        "Wow, {product} is excellent at explaining {size}",
        "So glad that I tried {part}",
    ),
    "negative": (
        "{product} is terrible when you {task}",
        "I hate how {part} behaves {time}",
        "Frustrated: {product} failed to {task}",
        "{part} in {product} is a mess {time}",
        "Disappointed with {product} and {lang}",
        "{product} keeps making awful edits in {lang}",
        "So annoyed by {part}",
        "{part} ruined {size} for me",
        "Worst {lang} suggestions that I have seen from {product}",
        "Horrible latency in {product} {time}",
        "{product} lost my work in {size}, and I am angry",
        "Tired of useless answers about {lang}",
    ),
}

SENTENCES: dict[str, tuple[str, ...]] = {
    "neutral": (
        "I work on {size} and mostly write {lang}.",
        "The project has {count} modules and a build in CI.",
        "I ran it {time} on Linux and Windows.",
        "I use the current version on Linux.",
        "Does it read the rules file first?",
        "I tried to {task} with it.",
        "Has somebody here measured that?",
        "What do you use for this?",
        "First a plan, then the code, then the diff.",
        "How long is your prompt?",
        "Half of the files are generated.",
        "Did you write the rest of it yourself?",
        "It took {count} minutes and about {count} requests.",
        "I keep {part} open next to the editor.",
        "There is a setting for it under the model menu.",
        "In my case it was the path in the configuration.",
        "Where do the docs say that?",
        "We are a team of {count} and use {lang} for the back end.",
        "I will write an update when the sprint is over.",
        "That depends on the size of the repository.",
        "Which editor do you use it with?",
        "It is the same in the command line version.",
        "The prompt is shorter now.",
        "Which version are you on?",
    ),
    "positive": (
        "It works great for {lang}.",
        "I really love {part}.",
        "The result was excellent, and the tests passed at once.",
        "Honestly, this saved me a whole day and I am happy about it.",
        "It is fast, clear and a joy to use.",
        "{product} did an amazing job with {size}.",
        "Such a nice improvement over what I had before.",
        "I am impressed by how well it understands {lang}.",
        "The explanations are good and surprisingly helpful.",
        "Best tool that I have used for this.",
        "My team is excited about {part}.",
        "It feels smooth and I trust it more each week.",
        "Thanks, that is perfect!",
        "Great tip, it works like a charm.",
        "Beautiful, clean code on the first try.",
        "I enjoy writing {lang} again.",
        "Fantastic, I am glad that I switched.",
        "It is brilliant when you {task}.",
        "Love it!",
        "Very cool, congratulations.",
        "The new {part} is wonderful.",
        "I am pleased with the results so far.",
    ),
    "negative": (
        "It is a terrible experience with {lang}.",
        "I hate that {part} ignores my rules.",
        "The result was awful and I had to throw it away.",
        "It failed {count} times in a row, which is really frustrating.",
        "{part} is broken, which is really bad.",
        "It broke the build and wasted my whole afternoon.",
        "I am disappointed, the edits are wrong and useless.",
        "Such an annoying bug.",
        "It keeps making stupid mistakes in {size}.",
        "The latency is horrible {time}.",
        "Worst answers that I have had in months.",
        "It lost my changes and I am angry about that.",
        "The suggestions are bad and the logs are confusing.",
        "I am tired of fighting with {part}.",
        "It is a mess when you {task}.",
        "Sadly it gets worse with each update.",
        "This is ridiculous, it deleted the wrong files.",
        "Same problem here, and it is painful.",
        "Ugh, what a disaster.",
        "I am worried about the poor quality of the code.",
        "It crashes and then the error makes no sense.",
        "Unusable for me, the hallucinations are dreadful.",
    ),
}

STORY_TITLES: dict[str, dict[str, tuple[str, ...]]] = {
    "release": {
        "positive": (
            "{product} {version} is out with {phrase}, and it is amazing",
            "{phrase} in {product} {version}: great, I am happy with it",
            "I love {phrase}: first impressions of {product} {version}",
            "Great: {phrase} is the best thing in {product} {version}",
            "Wow, {phrase} is really great for {lang}",
        ),
        "neutral": (
            "{product} {version} with {phrase}: what is in it",
            "How does {phrase} work in {product} {version}?",
            "{phrase} and {lang}: notes",
        ),
        "negative": (
            "{phrase} in {product} {version} is a mess on {size}",
            "Disappointed by {phrase} so far",
        ),
    },
    "outage": {
        "negative": (
            "{product} is down again: {phrase} for everyone, this is awful",
            "Is it down? {phrase} everywhere and I hate it",
            "{phrase}: {product} is broken {time}",
            "Terrible morning: nothing but {phrase} from {product}",
            "{product} outage, {phrase} on every request, frustrating",
        ),
        "neutral": (
            "{product}: {phrase} on every request?",
            "{phrase} from {product}: which regions?",
            "Status of {product} and {phrase}",
        ),
        "positive": ("{phrase} is gone, {product} works great again",),
    },
    "price": {
        "negative": (
            "The new {phrase} in {product} is a terrible deal",
            "{phrase}: {product} now costs me twice as much, I am angry",
            "Disappointed by {phrase}, moving away from {product}",
            "{phrase} is awful for small teams",
            "I hate the {phrase} that {product} announced",
        ),
        "neutral": (
            "{product} announces {phrase}: the numbers in a table",
            "{phrase}: {product} compared with {rival}",
            "How is {phrase} counted in {product}?",
        ),
        "positive": ("{phrase} is a good deal for me, surprisingly",),
    },
}

STORY_SENTENCES: dict[str, dict[str, tuple[str, ...]]] = {
    "release": {
        "positive": (
            "{phrase} is a huge improvement, I love it.",
            "I tried {phrase} on {size} and the result is excellent.",
            "Great release, {phrase} alone is worth the update.",
            "{product} {version} feels wonderful and I love it.",
            "{phrase} is so good, thanks to the team!",
        ),
        "neutral": (
            "{phrase} is under the model menu in {version}.",
            "Does {phrase} work with {lang}?",
            "I compared {version} with the version before.",
        ),
        "negative": (
            "{phrase} failed on {size}, which is frustrating.",
            "{version} broke my settings, what an annoying update.",
        ),
    },
    "outage": {
        "negative": (
            "{phrase} on every request, this is terrible.",
            "It is down here too and I am losing a whole day, so frustrating.",
            "{product} keeps failing with {phrase}, useless today.",
            "The status page is green while everything is broken, ridiculous.",
            "503 again, I hate this.",
        ),
        "neutral": (
            "Is it down for you too?",
            "I see {phrase} in Frankfurt and in Ohio.",
            "503 since about {count} minutes.",
        ),
        "positive": (
            "It works again here, great.",
            "Good to see it back, thanks.",
        ),
    },
    "price": {
        "negative": (
            "{phrase} makes it too expensive, I am angry.",
            "A terrible deal compared with {rival}.",
            "I cancelled, {phrase} is an insult to small teams.",
            "It is disappointing to pay twice for the same.",
            "The announcement is misleading and I hate {phrase}.",
        ),
        "neutral": (
            "How far do you get with {phrase}?",
            "How does {product} count {phrase}?",
            "The table is on the pricing page.",
        ),
        "positive": (
            "{phrase} is fine for me, I am happy to pay for good tools.",
            "For light use it is a great deal.",
        ),
    },
}

COMPARISON_TITLES: dict[str, tuple[str, ...]] = {
    "neutral": (
        "{product} or {rival} for {lang}?",
        "{product} or {rival} on {size}?",
        "From {rival} to {product}: what do I have to know?",
    ),
    "positive": (
        "I like {product} more than {rival} for {lang}",
        "I moved from {rival} to {product} and I love it",
        "Happy that I tried {product} next to {rival}",
    ),
    "negative": (
        "{product} is a terrible deal next to {rival}",
        "Disappointed: {rival} needs half the time of {product} for {lang}",
        "I hate how {product} handles {size}, and {rival} is next on my list",
    ),
}

COMPARISON_SENTENCES: dict[str, tuple[str, ...]] = {
    "neutral": (
        "I use {rival} for that.",
        "Does {rival} read the same rules file?",
        "At work it is {rival}, at home {product}.",
        "How does {rival} do it?",
    ),
    "positive": (
        "{rival} is great at that too.",
        "I love it more than {rival}.",
    ),
    "negative": (
        "{rival} is terrible at that too.",
        "It is worse than {rival}, and I am annoyed.",
    ),
}

CODE = (
    "```\nerror: expected 2 arguments, got 3\n  at build.ts:41\n```",
    "```python\nfor path in sorted(root.rglob('*.py')):\n    print(path)\n```",
    "    git diff --stat\n    14 files changed, 320 insertions(+), 112 deletions(-)",
    '```json\n{"model": "default", "max_files": 40}\n```',
    "```python\nwith connection.cursor() as cursor:\n    cursor.execute(query)\n```",
)
LISTS = (
    "- read the plan\n- run the tests\n- read the diff",
    "1. open the repository\n2. write the rules file\n3. start a new chat",
    "* {lang}\n* {count} modules\n* {part}",
)
LINKS = (
    "My notes are [here](https://example.com/notes/{slug}).",
    "The configuration: https://example.com/config/{slug}",
    "The thread: https://example.com/claude-code/{slug}",
)
QUOTES = (
    "I use Claude Code for that, and ChatGPT for the rest.",
    "Does it read the rules file first?",
    "First a plan, then the code, then the diff.",
    "That depends on the size of the repository.",
)
NAMES = (
    "ada", "alan", "barbara", "dana", "edda", "frances", "grace", "john",
    "katherine", "ken", "lin", "margaret", "nico", "rada", "tony", "willa",
)  # fmt: skip
