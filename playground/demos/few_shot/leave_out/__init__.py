"""**Which example matters?** The prompt is built again and again, each time with one of its examples left out, and the
right label's probability is taken each time.

1. Choose a task and a query, and how many examples are shown.
2. A bar to the right: with this example the right label is that much more probable than without it. A bar to the left:
   without it the answer would be better.

All other examples keep their order. The last ones often weigh most: what stands nearest to the query is the easiest to
take over, and a label that was read last tends to come again (Zhao et al. 2021 call it recency bias). Draw other
examples, or choose another pattern, and see whether that is so here.

Examples of your own come here by the link beside the prompt that they make. Where the task does not know the query, the
label that ranks first takes the place of the right one.
"""

from playground.demo import Demo
from playground.demos.few_shot.leave_out.schema import Request, Result

DEMO = Demo(name="few_shot_leave_out", request=Request, result=Result, folder="few_shot.leave_out")
