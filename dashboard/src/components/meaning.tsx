/** What the figures of subjects mean, one tap away from them. */

/** How often the default method's label is that of people: docs/sentiment.md. */
const RIGHT_OF_100 = { comments: 75, developers: 87, product: 72, hard: 59 };

export function Meaning() {
  return (
    <details class="meaning">
      <summary>What the figures mean</summary>
      <div class="meaning-text">
        <p>
          <b>A mention</b> is a post or a comment that is about the subject: it names it (by name),
          or it is a comment that names no subject under a post about this one (in its thread), or
          it stands in a community of the subject's own and names none (in its home). One that names
          several counts for each.
        </p>
        <p>
          <b>Sentiment</b> is what a text says about this product where it names it, and that of the
          whole text in its thread and its home. The default method gives a text the label that
          people gave it {RIGHT_OF_100.comments} times in 100 on comments about anything, and{" "}
          {RIGHT_OF_100.developers} times in 100 on texts of developers. About a product it is right{" "}
          {RIGHT_OF_100.product} times in 100 on recorded texts of this field, and{" "}
          {RIGHT_OF_100.hard} times on sentences that were written to be hard.
        </p>
        <p>
          <b>±</b> is two standard errors of the mean, as if each text stood alone. Those of one
          thread don't, so it is rather too small. A mood is named from 30 mentions on, and a change
          beyond its two standard errors.
        </p>
        <p>
          <b>Share of voice</b> is a subject's mentions, of those of all subjects of the set: your
          own and your competitors unless another set is named.
        </p>
      </div>
    </details>
  );
}
