"""Entry point: `python app.py`, and the app_file of a Hugging Face Space."""

import os

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
ON_ZERO_GPU = bool(os.environ.get("SPACES_ZERO_GPU"))
if ON_ZERO_GPU:
    import spaces  # noqa: F401  must come before anything that touches CUDA

from playground.app import build, launch_options, warm_up  # noqa: E402

demo = build()

if __name__ == "__main__":
    if ON_ZERO_GPU:
        warm_up()  # models must be on the device before workers are forked
    demo.launch(prevent_thread_lock=True, **launch_options(demo))
    if not ON_ZERO_GPU:
        warm_up()
    demo.block_thread()
