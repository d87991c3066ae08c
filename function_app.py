"""The Functions app: which functions there are is said in the blueprints."""

import azure.functions as func

from api.access import blueprint as access_functions
from api.agents import blueprint as agent_functions
from api.alerts import blueprint as alert_functions
from api.asking import blueprint as asking_functions
from api.blueprint import blueprint as api_functions
from api.changes import blueprint as changing_functions
from api.digests import blueprint as digest_http_functions
from api.feeds import blueprint as feed_functions
from api.monitoring import blueprint as monitoring_functions
from api.site import blueprint as page_functions
from api.watching import blueprint as watching_functions
from collector.ask_blueprint import question_functions
from collector.blueprint import blueprint as collector_functions
from collector.digest_blueprint import digest_functions
from shared.digests.reading import ReadDigest
from shared.questions.answering import AnswerQuestion


def _digest_reader() -> ReadDigest:
    """Return what reads a digest; it loads when one is made, since a cold start imports this."""
    from api.digest_reader import read_content  # noqa: PLC0415

    return read_content


def _question_answerer() -> AnswerQuestion:
    """Return what has a model answer a question; it loads when one is answered."""
    from api.ask_reader import answer_question  # noqa: PLC0415

    return answer_question


app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)
app.register_functions(collector_functions)
app.register_functions(digest_functions(_digest_reader))
app.register_functions(question_functions(_question_answerer))
app.register_functions(api_functions)
app.register_functions(watching_functions)
app.register_functions(changing_functions)
app.register_functions(alert_functions)
app.register_functions(digest_http_functions)
app.register_functions(agent_functions)
app.register_functions(asking_functions)
app.register_functions(monitoring_functions)
app.register_functions(access_functions)
app.register_functions(feed_functions)
app.register_functions(page_functions)
