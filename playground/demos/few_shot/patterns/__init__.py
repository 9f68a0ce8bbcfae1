"""**What does “TL;DR:” do?** GPT-2 (Radford et al. 2019) was never trained to summarise, translate or answer. It was
given a text that ends in such a way that on the web a summary, a translation or an answer would follow, and left to go
on. Nothing else makes it zero-shot.

1. Type a text. It is read once with each of the patterns below, and the model goes on with its likeliest tokens.
2. The bars say how far a pattern moves the very next token: the Kullback-Leibler divergence, in bits, of the
   probabilities after the pattern from those after the bare text. 0 bits: the pattern does nothing.

The patterns and where they come from:

* `TL;DR:` for summaries (GPT-2, section 3.6), where 100 tokens were drawn with top-k at k = 2;
* `A:` after a passage and its questions, for reading comprehension (section 3.5);
* `=` between a sentence and its translation (section 3.7);
* `=>` in the figures of the GPT-3 paper (Brown et al. 2020, figure 2.1).

This works because such text is on the web. **WebText**, what GPT-2 read, is what people linked to: pages that outgoing
links on Reddit led to, if the link had at least 3 karma, so that somebody had found them worth reading. A summary after
"TL;DR:" is a habit of just these writers. Wikipedia was removed, since many test sets are made of it.
"""

from playground.demo import Demo
from playground.demos.few_shot.patterns.schema import Request, Result

DEMO = Demo(name="few_shot_patterns", request=Request, result=Result, folder="few_shot.patterns")
