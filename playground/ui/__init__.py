"""Theme, language, links, jobs, errors, and the components that Gradio does not have."""
