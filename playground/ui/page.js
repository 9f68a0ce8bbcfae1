const OURS = ["tab", "v", "run"];

// An answer that comes when another experiment is looked at must not speak in its name.
window.pgLookedAt = (name) => Boolean(document.getElementById(`${name}-copy`)?.offsetParent);

// What was asked of an experiment last is kept as long as the browser's tab is open: another idea is another page.
// Where a browser forbids it, or has no room, the experiment opens with its example.
function recall(name) {
	try {
		return sessionStorage.getItem(name) ?? "";
	} catch {
		return "";
	}
}

function remember(name, value) {
	try {
		sessionStorage.setItem(name, value);
	} catch {}
}

const asked = (name) => `pg-asked-${name}`;
const last = (idea) => `pg-last-${idea}`;
window.pgAsked = (names) => JSON.stringify(Object.fromEntries(names.map((name) => [name, recall(asked(name))])));

function keep(name, parameters) {
	remember(asked(name), new URLSearchParams(parameters).toString());
}

function located(parameters) {
	const url = new URL(location.href);
	OURS.forEach((name) => url.searchParams.delete(name));
	new URLSearchParams(parameters).forEach((value, name) => url.searchParams.set(name, value));
	return url;
}

function address(parameters) {
	const { tab, run } = parameters;
	if (run) keep(tab, parameters);
	if (window.pgIdea) remember(last(window.pgIdea), tab);
	history.replaceState(null, "", located(parameters));
}

// A tab says that it is selected when it is first drawn, too: only what a visitor did leads away.
let touched = false;
for (const kind of ["pointerdown", "keydown"]) window.addEventListener(kind, () => (touched = true), true);

function leave({ idea, kept }) {
	if (!touched || !window.pgIdea || idea === window.pgIdea) return;
	Object.entries(kept).forEach(([name, parameters]) => keep(name, parameters));
	const name = recall(last(idea)) || idea;
	location.assign(located(recall(asked(name)) || { tab: name }));
}

// Back to a page that the browser kept: its bar stands at the idea that it was left for.
window.addEventListener("pageshow", (event) => event.persisted && location.reload());

// A number that is none of a field's steps shows as the nearest one, which is what is used (ui/inputs.py).
document.addEventListener("change", ({ target }) => {
	if (target.type !== "number" || !target.min || !target.max || !(Number(target.step) > 0)) return;
	const [low, high, step] = [target.min, target.max, target.step].map(Number);
	const typed = Math.min(Math.max(target.value === "" ? low : Number(target.value), low), high);
	const nearest = Number(Math.min(low + Math.round((typed - low) / step) * step, high).toFixed(9));
	if (target.value !== "" && Number(target.value) === nearest) return;
	target.value = nearest;
	target.dispatchEvent(new Event("input", { bubbles: true }));
});

function act(action) {
	if (action.do === "address") {
		const { tab } = action.parameters;
		if (!tab || pgLookedAt(tab)) address(action.parameters);
	} else if (action.do === "leave") {
		leave(action);
	} else if (action.do === "download") {
		const link = document.createElement("a");
		link.href = URL.createObjectURL(new Blob([action.text], { type: "application/json" }));
		link.download = action.name;
		link.click();
		setTimeout(() => URL.revokeObjectURL(link.href), 10000);
	} else if (action.do === "copy") {
		// What was asked last stands in the address already, answered or not.
		if (!new URL(location.href).searchParams.has("run")) address(action.parameters);
		// The clipboard needs https or localhost; elsewhere the link is shown to be copied by hand.
		const url = location.href;
		const shown = () => window.prompt("", url);
		navigator.clipboard ? navigator.clipboard.writeText(url).catch(shown) : shown();
	}
}

watch("value", () => props.value && act(JSON.parse(props.value)));

// Gradio's settings switch the language in place, but the labels of another language come with another page.
const language = document.documentElement.lang;
const observer = new MutationObserver(() => {
	const { lang } = document.documentElement;
	if (!element.isConnected) observer.disconnect();
	else if (lang !== language && lang !== new URLSearchParams(location.search).get("lang")) pgLanguage(lang);
});
observer.observe(document.documentElement, { attributes: true, attributeFilter: ["lang"] });
