"""**How was BERT trained?** Before BERT sees a text, 15% of its tokens are chosen. Of those, 80% become `[MASK]`,
10% a random word, and 10% stay as they are; the model must name the original word at all of them.

1. Type a text, set the rate and draw again with another seed.
2. In the row of tokens, blue ones are hidden, orange ones are random words, green ones were kept; below each the
   model's answer.
3. The bars compare how often the model is right at the three kinds of places, over many draws of the same text.

*Why not always `[MASK]`?* Nobody types `[MASK]` after training. A model that only ever had to work at `[MASK]` could
ignore all other places; the random and the kept words force it to doubt every word it reads. Kept words are easy (the
answer stands there), random ones are hardest: they mislead.

*Recipes.* Google's code chooses exactly max(1, round(rate × n)) tokens of each text. Hugging Face's collator draws
every token on its own, so the number varies, and can be 0. ELECTRA's generator hides 85% of the chosen ones and keeps
15%; no random words.
"""

from playground.demo import Demo
from playground.demos.masked_lm.corruption.schema import Request, Result

DEMO = Demo(name="masked_lm_corruption", request=Request, result=Result, folder="masked_lm.corruption")
