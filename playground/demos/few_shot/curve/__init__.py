"""**Do examples help?** The same queries are asked with 0, 1, 2, 4 ... 32 examples in the prompt, and the right label
is looked for at the top of the ranking.

1. Choose a task and press Start. The curve sharpens with every draw of examples.
2. Each point is the mean over several *draws* of examples and several *orders* of each draw; the queries stay the same
   and are never among the examples. The 95% band draws queries and draws anew, the orders of a draw averaged (a
   crossed bootstrap): it says how far other queries and examples would move the point; with two or three draws it is
   rather too narrow.
3. *Chance* is drawing lots among the labels; *always “…”* is giving the most frequent one each time. What is not above
   them has learned nothing.
4. Give the examples *wrong* labels: flipped (each another one) or random. Min et al. 2022 found that large models lose
   little: they take from the examples what the labels and the texts look like, more than which belongs to which.
   Where a task has a fixed set of labels, a model that really learns the mapping from its examples should fall *below*
   chance with flipped ones. Where nearly every query has an answer of its own (plurals, capitals), flipping only hands
   the answers round: there is no other mapping to learn, and nothing to fall below chance by.

Orders matter, too: the same examples in another order can turn a good prompt into a bad one, which is one reason why
the bands are wide.

Brown et al. 2020 (figure 1.2) show such curves for GPT-3: they rise with the examples, the more so the larger the
model. Below stands what the bundled model does on all tasks.
"""

from playground.demo import Demo
from playground.demos.few_shot.curve.schema import Progress, Request, Result

DEMO = Demo(
    name="few_shot_curve",
    request=Request,
    result=Result,
    progress=Progress,
    lane="long",
    folder="few_shot.curve",
)
