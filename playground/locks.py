"""What the whole process can do only one at a time."""

import threading

# Transformers fills itself in while it is imported, so that a second thread finds names missing; and while it makes a
# model it replaces functions and defaults of torch, so that a second model finds tensors missing. Hold this for both.
TRANSFORMERS = threading.RLock()
