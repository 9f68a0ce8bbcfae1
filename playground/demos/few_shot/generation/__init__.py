"""**How does it go on?** A language model gives a probability to every token that could come next. One of them is
taken, written down, and the question is asked again. That is all there is to generation.

1. Type how the text begins, and press Start. The text grows token by token; Cancel keeps what there is.
2. The darker a token, the *less* probable it was. Choose one: the bars show what else could have stood there.
3. Below: the probability of each token that was taken, and the *entropy* of its place, in bits: 0 where the model is
   sure, 13 where all of gpt-mini's 8,192 tokens are alike to it.

How a token is taken:

* **Temperature** divides the logits before the softmax. At 0 the likeliest token is always taken (greedy, and soon in
  a loop); above 1 rare tokens come more often.
* **Top-k** (Fan et al. 2018) keeps the k likeliest; 0 keeps all. GPT-2's well-known samples were drawn with k = 40.
* **Top-p**, the nucleus (Holtzman et al. 2020), keeps the fewest likeliest tokens whose probabilities reach p: few
  where the model is sure, many where it is not.
* A **stop string** ends the text where it appears, and is not part of it; tokens from there on are pale. After a prompt
  with examples it is the end of the line, written `\\n`.

All probabilities shown are the model's own, before temperature, top-k and top-p.
"""

from playground.demo import Demo
from playground.demos.few_shot.generation.schema import Progress, Request, Result

DEMO = Demo(
    name="few_shot_generation",
    request=Request,
    result=Result,
    progress=Progress,
    lane="long",
    folder="few_shot.generation",
)
