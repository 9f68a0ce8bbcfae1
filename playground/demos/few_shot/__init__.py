"""**Which answer follows?** GPT-3 (Brown et al. 2020) is not trained for a task. It is shown the task as text: a few
solved *examples* and a *query*, and the answer is what it says next. With no example this is *zero-shot*, with one
*one-shot*, with some *few-shot*. Nothing in the model changes: the examples are only read. This is called *in-context
learning*.

1. Choose a task and move *Examples*. The exact prompt stands on the right, to the character, with its tokens counted.
   What does not fit into the model is left out from the beginning, and is counted, too.
2. The bars rank the task's labels by the probability of each *whole* label after the prompt, divided by their sum. A
   label counts to the end of its line, so that "in" is not half of "inside".
3. Below stands what the model says by itself, its likeliest token each time.
4. *Calibrate* (Zhao et al. 2021): the same prompt is asked about "N/A", which says nothing. What the labels get there
   is the model's prejudice, from the examples' order or from frequent words, and each label is divided by it. For the
   query "N/A" itself all labels come out equal.
5. Two links go on from here: *Continue this prompt* has it written on token by token, with temperature, top-k, top-p
   and stop strings; *Leave each example out in turn* asks what each of them does, your own ones, too.

Under *Your own task* you can change the examples, add some, or shuffle them with the seed.

The examples of a task are drawn from a pool; its queries are never among them. Where a task has many answers
(capitals, say), the right one is ranked against three others, so guessing is right once in four.

gpt-mini has 14 million parameters; three in ten rows that it was trained on were examples in just these patterns.
Ability that GPT-3 shows at 175 billion parameters without such training should not be expected of it.
"""

from playground.demo import Demo
from playground.demos.few_shot import curve, generation, leave_out, patterns, reading, sizes, surprisal
from playground.demos.few_shot.schema import Request, Result

DEMO = Demo(
    name="few_shot",
    request=Request,
    result=Result,
    parts=(
        generation.DEMO,
        surprisal.DEMO,
        curve.DEMO,
        leave_out.DEMO,
        sizes.DEMO,
        patterns.DEMO,
        reading.DEMO,
    ),
)
