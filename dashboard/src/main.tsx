import "./styles/base.css";
import "./styles/parts.css";
import "./styles/views.css";
import "uplot/dist/uPlot.min.css";
import { render } from "preact";
import { App } from "./app";
import { watchCycles } from "./cycles";
import { watchErrors } from "./parts/broken";

const root = document.getElementById("app");
const notice = document.getElementById("not-started");
// Where start.js has found that the browser lacks something, its words stay.
if (root && notice?.className !== "lacking") {
  watchErrors();
  render(<App />, root);
  notice?.remove();
  watchCycles();
}
