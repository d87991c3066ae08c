/** What the figures of subjects mean, one tap away from them. */

/** How often the default method's label is that of people: docs/sentiment.md. */
const RIGHT_OF_100 = { comments: 76, developers: 86, product: 69, hard: 66 };

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
          <b>±</b> is how far a mean may be off: in 95 of 100 cases the true one is within. It knows
          that the texts of one thread agree. Fewer than 30 are few, and no mood is named. A change
          is called better or worse only beyond chance, with each thread weighed by what it can
          tell, and among all that the page looks at; else there is no clear change.
        </p>
        <p>
          <b>Share of voice</b> is a subject's mentions, of those of all subjects of the set: your
          own and your competitors unless another set is named.
        </p>
      </div>
    </details>
  );
}
