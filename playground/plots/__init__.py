"""What several demos draw: template, colours, escaping. No torch, no gradio."""
