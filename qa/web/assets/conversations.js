// Conversations in the browser's own storage: kept as they grow, listed, searched, renamed, removed, opened, saved as files.

const KEY = "dateline.conversations";
const CURRENT = "dateline.conversation"; // of this tab
const MOST_SENT = 60_000; // bytes: what the server takes back in one request, less some room

/** What is kept, by id; whatever else may have come to stand there is passed over. */
function read() {
	try {
		const all = Object.entries(JSON.parse(localStorage.getItem(KEY)) ?? {});
		return Object.fromEntries(all.filter(([, one]) => one?.title && Array.isArray(one.answers)));
	} catch {
		return {};
	}
}

/** Store all conversations; where the browser has no more room, the oldest go first. */
function write(all) {
	for (;;) {
		try {
			localStorage.setItem(KEY, JSON.stringify(all));
			return;
		} catch {
			const [oldest] = newestFirst(all).slice(-1);
			if (!oldest) return;
			delete all[oldest[0]];
		}
	}
}

const newestFirst = (all) => Object.entries(all).sort(([, a], [, b]) => b.updated - a.updated);

function keep({ first, answers }) {
	const id = sessionStorage.getItem(CURRENT);
	if (!answers.length) {
		sessionStorage.removeItem(CURRENT);
		return;
	}
	const all = read();
	const name = id ?? crypto.randomUUID?.() ?? String(Date.now());
	const before = all[name] ?? { title: answers[0].question, answers: [] };
	const turns = [...before.answers.slice(0, first), ...answers];
	all[name] = { ...before, answers: turns, updated: Date.now() };
	sessionStorage.setItem(CURRENT, name);
	write(all);
	// A question that was linked to has been asked: a reload goes on after it.
	if (new URL(location.href).searchParams.has("q")) history.replaceState(history.state, "", location.pathname);
}

/** The bytes that an answer takes in a request, which is JSON within JSON. */
const sent = (answer) => new TextEncoder().encode(JSON.stringify(JSON.stringify(answer))).length;

/** The newest answers that fit into one request, and how many come before them. */
function parcel(answers) {
	let first = answers.length;
	let size = 0;
	while (first > 0 && (size += sent(answers[first - 1])) < MOST_SENT) first -= 1;
	return { first, answers: answers.slice(first), at: Date.now() };
}

function save({ name, type, text }) {
	const link = document.createElement("a");
	link.href = URL.createObjectURL(new Blob([text], { type }));
	link.download = name;
	link.click();
	setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

function make(tag, properties, ...children) {
	const element = Object.assign(document.createElement(tag), properties);
	element.append(...children);
	return element;
}

function list({ openWindow, send, words }) {
	const found = make("ul", { className: "dl-kept-list" });
	const search = make("input", { type: "search", placeholder: words.find });
	search.setAttribute("aria-label", words.find);
	const heading = make("h2", { textContent: words.conversations });
	const files = make(
		"p",
		{ className: "dl-files" },
		`${words.save_as} `,
		...["Markdown", "HTML", "JSON"].map((form) => {
			const button = make("button", { type: "button", textContent: form });
			button.addEventListener("click", () => send("dl-export", `${form.toLowerCase()}/${Date.now()}`));
			return button;
		}),
	);
	const content = make("div", { className: "dl-kept" }, heading, files, search, found);
	const shown = openWindow(words.conversations, content);
	const draw = (focused) => {
		const wanted = search.value.trim().toLowerCase();
		const all = newestFirst(read());
		const matching = all.filter(([, one]) => saidIn(one).includes(wanted));
		found.replaceChildren(...matching.map(([id, one]) => row(id, one, { words, send, shown, draw })));
		if (!matching.length) found.append(all.length ? nothing() : make("li", { textContent: words.nothing_kept }));
		found.children[matching.findIndex(([id]) => id === focused)]?.querySelector(".dl-open").focus();
	};
	const nothing = () => {
		const everything = make("button", { type: "button", textContent: words.show_all });
		everything.addEventListener("click", () => {
			search.value = "";
			draw();
			search.focus();
		});
		return make("li", {}, make("span", { textContent: words.nothing_matches.replace("$text", () => search.value.trim()) }), everything);
	};
	search.addEventListener("input", () => draw());
	draw();
}

/** What a reader may remember of a conversation, to be searched: its title, questions, answers and what they cite. */
function saidIn({ title, answers }) {
	const cited = (answer) => (answer?.citations ?? []).flatMap((one) => [one?.title, one?.publisher, one?.quote]);
	return [title, ...answers.flatMap((answer) => [answer?.question, answer?.text, ...cited(answer)])].join("\n").toLowerCase();
}

function row(id, one, { words, send, shown, draw }) {
	const open = make("button", { type: "button", className: "dl-open", textContent: one.title });
	const day = make("span", { className: "dl-quiet", textContent: new Date(one.updated).toLocaleDateString("en-GB", { dateStyle: "medium" }) });
	const rename = make("button", { type: "button", textContent: words.rename });
	const remove = make("button", { type: "button", textContent: words.remove });
	rename.setAttribute("aria-label", `${words.rename}: ${one.title}`);
	remove.setAttribute("aria-label", `${words.remove}: ${one.title}`);
	open.addEventListener("click", () => {
		shown.close();
		sessionStorage.setItem(CURRENT, id);
		send("dl-restore", JSON.stringify(parcel(one.answers)));
	});
	rename.addEventListener("click", () => {
		const title = make("input", { type: "text", value: one.title });
		title.setAttribute("aria-label", words.rename);
		open.replaceWith(title);
		title.focus();
		title.addEventListener("change", () => {
			change(id, (kept) => (kept.title = title.value.trim() || one.title));
			draw(id);
		});
	});
	const item = make("li", {}, open, day, rename, remove);
	remove.addEventListener("click", () => {
		const { [id]: gone, ...others } = read();
		write(others);
		// The one that is open would come back with its next answer.
		if (id === sessionStorage.getItem(CURRENT)) document.querySelector("#dl-new").click();
		const undo = make("button", { type: "button", textContent: words.undo });
		undo.setAttribute("aria-label", `${words.undo}: ${one.title}`);
		undo.addEventListener("click", () => {
			write({ ...read(), [id]: gone });
			draw(id);
		});
		item.replaceChildren(make("span", { textContent: `${words.removed}: ${one.title}` }), undo);
		undo.focus();
	});
	return item;
}

function change(id, edit) {
	const all = read();
	if (all[id]) edit(all[id]);
	write(all);
}

/** Watch what the server hands over, and the button that lists what is kept. */
export function follow(page) {
	const seen = { "dl-record": "", "dl-export-file": "" };
	const take = { "dl-record": keep, "dl-export-file": save };
	new MutationObserver(() => {
		for (const id of Object.keys(seen)) {
			const text = document.querySelector(`#${id} .dl-json`)?.textContent ?? "";
			if (!text || text === seen[id]) continue;
			seen[id] = text;
			take[id](JSON.parse(text));
		}
	}).observe(document.body, { childList: true, subtree: true, characterData: true });
	document.addEventListener("click", (event) => event.target.closest?.("#dl-kept") && list(page));
	begin(page);
}

/** A question that was linked to is asked; else the tab goes on where it was before a reload. */
function begin({ send }) {
	const link = new URL(location.href).searchParams;
	const current = link.has("q") ? null : read()[sessionStorage.getItem(CURRENT)];
	if (!current) sessionStorage.removeItem(CURRENT);
	if (!current && !link.has("q")) return;
	const waiting = setInterval(() => {
		if (!document.querySelector("#dl-linked textarea")) return; // gradio has not drawn its parts yet
		clearInterval(waiting);
		if (current) return send("dl-restore", JSON.stringify(parcel(current.answers)));
		send("dl-linked", location.search);
	}, 100);
}
