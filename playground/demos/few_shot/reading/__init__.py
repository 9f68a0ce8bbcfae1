"""**Can it answer without being taught?** GPT-2 was given a passage, the conversation about it so far (earlier
questions and their answers), the question and the mark `A:`, and what it wrote next was taken as the answer. On CoQA
that scored 55 F1, without one training example of the task, and was called zero-shot; people score 89 (Radford et al.
2019, section 3.5).

1. Press Start. The same is done here with the project's own passages, those questions that have an answer, and the
   likeliest token each time, to the end of the line.
2. **F1** compares the words of the answer with those of the right one, as in the Reading tab. *Any three words* is what
   three consecutive words of the passage score on average: what knows nothing but where to look.
3. With *earlier questions* the prompt holds the passage's earlier questions with their right answers. That is GPT-2's
   setting. Without them the model is not shown what an answer looks like: this is stricter than what was called
   zero-shot, and harder.

The passage is read once and kept for all its questions. The figures for GPT-2 and people are from another data set, so
they tell the size of the step, not the rank of this model. A small model mostly copies a likely phrase: read the
answers in the table.
"""

from playground.demo import Demo
from playground.demos.few_shot.reading.schema import Progress, Request, Result

DEMO = Demo(
    name="few_shot_reading",
    request=Request,
    result=Result,
    progress=Progress,
    lane="long",
    folder="few_shot.reading",
)
