import "./styles/base.css";
import "./styles/components.css";
import "./styles/views.css";
import "uplot/dist/uPlot.min.css";
import { render } from "preact";
import { App } from "./app";
import { watchErrors } from "./components/error_boundary";
import { startPolling } from "./cycles";

const root = document.getElementById("app");
const notice = document.getElementById("not-started");
// Where start.js has found that the browser lacks something, its words stay.
if (root && notice?.className !== "lacking") {
  watchErrors();
  render(<App />, root);
  notice?.remove();
  startPolling();
}
