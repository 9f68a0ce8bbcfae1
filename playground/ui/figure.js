window.pgFigure = (element, trigger, props, watch) => {
	const plot = element.querySelector(".pg-plot");
	let drawn = null; // the JSON on the screen
	let last = Promise.resolve();

	// One after the other: a change of size in the middle of a drawing left axes without curves.
	function next(work) {
		last = last.then(work).catch((error) => plot.offsetWidth && console.error(error));
		return last;
	}

	function themed(figure) {
		const css = getComputedStyle(document.body);
		const color = (name, fallback) => css.getPropertyValue(name).trim() || fallback;
		const ink = color("--body-text-color", "#222");
		const line = color("--border-color-primary", "#ddd");
		const layout = { ...figure.layout, autosize: true };
		delete layout.width;
		const template = layout.template?.layout ?? {};
		const axis = { gridcolor: line, linecolor: line, zerolinecolor: line };
		layout.template = {
			...layout.template,
			layout: {
				...template,
				font: { ...template.font, color: ink },
				xaxis: { ...template.xaxis, ...axis },
				yaxis: { ...template.yaxis, ...axis },
				hoverlabel: {
					...template.hoverlabel,
					bgcolor: color("--block-background-fill", "#fff"),
					bordercolor: line,
					font: { color: ink },
				},
			},
		};
		// What a trace writes or draws thinly over the page takes the ink's colour, too.
		const data = figure.data.map((trace) => ({
			...trace,
			...(trace.type === "heatmap" && { textfont: { ...trace.textfont, color: ink } }),
			...(trace.error_x && { error_x: { ...trace.error_x, color: ink } }),
		}));
		return { data, layout };
	}

	async function drawNow(force) {
		const value = props.value;
		if (!value) {
			if (drawn) Plotly.purge(plot);
			drawn = null;
			plot.style.height = "0";
			return;
		}
		if (value === drawn && !force) return;
		const first = drawn === null;
		drawn = value;
		const figure = JSON.parse(value);
		const { data, layout } = themed(figure);
		plot.style.height = (layout.height ?? 360) + "px";
		await Plotly.react(plot, data, layout, { displayModeBar: false, displaylogo: false });
		if (first) {
			plot.on("plotly_click", (event) => {
				const point = event.points[0];
				trigger("select", { index: [point.curveNumber, point.pointNumber], value: point.customdata ?? null });
			});
		}
	}

	const draw = (force = false) => next(() => drawNow(force));
	const dark = new MutationObserver(() => (plot.isConnected ? draw(true) : stop()));
	const size = new ResizeObserver(() => {
		if (!plot.isConnected) stop();
		else next(() => drawn && plot.offsetWidth && Plotly.Plots.resize(plot));
	});
	function stop() {
		dark.disconnect();
		size.disconnect();
		Plotly.purge(plot);
	}
	dark.observe(document.body, { attributes: true, attributeFilter: ["class"] });
	size.observe(plot);
	watch("value", () => draw());
	draw();
};
