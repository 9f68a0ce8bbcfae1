"""**Is it really 80/10/10?** The code that corrupts texts here is run 10,000 times and counted, with no model.

1. Choose a recipe, a rate, and how long a text is.
2. Above: how many tokens were chosen in each draw. Google's recipe always chooses the same number, so its variance is
   0; Hugging Face's varies as coin flips do (the line is what the binomial distribution expects).
3. Below: how far each share lies from what the recipe promises, in standard deviations. Nearly all draws of a
   sound recipe stay within ±3.

At 15% and 80/10/10, 12% of all tokens become `[MASK]`, 1.5% a random word, and 1.5% are kept but predicted.
"""

from playground.demo import Demo
from playground.demos.masked_lm.audit.schema import Request, Result

DEMO = Demo(name="masked_lm_audit", request=Request, result=Result, folder="masked_lm.audit")
