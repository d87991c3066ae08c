import "./styles/base.css";
import "./styles/frame.css";
import "./styles/controls.css";
import "./styles/components.css";
import "./styles/communities.css";
import "./styles/subjects.css";
import "./styles/subject.css";
import "./styles/markers.css";
import "./styles/reasons.css";
import "./styles/compare.css";
import "./styles/digest.css";
import "./styles/ask.css";
import "./styles/posts.css";
import "./styles/collection.css";
import "./styles/watchlist.css";
import "./styles/alerts.css";
import "./styles/preview.css";
import "./styles/responsive.css";
import "./styles/print.css";
import "uplot/dist/uPlot.min.css";
import { render } from "preact";
import { App } from "./app";
import { watchErrors } from "./components/error_boundary";
import { startPolling } from "./cycles";

const root = document.getElementById("app");
const notice = document.getElementById("not-started");
// When start.js has found that the browser lacks something, its notice stays.
if (root && notice?.className !== "lacking") {
  watchErrors();
  render(<App />, root);
  notice?.remove();
  startPolling();
}
