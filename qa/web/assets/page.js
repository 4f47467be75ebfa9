// What gradio's components do not do by themselves: proof on a click, articles in a window of their own, copying, keys.
// Everything is done by listening on the document, since gradio draws and redraws its parts when it likes.
import { follow as followChat } from "./chat.js";
import { follow as followConversations } from "./conversations.js";

const words = await (await fetch("words.json")).json();

const status = document.createElement("div");
status.className = "dl-status";
status.setAttribute("role", "status");
document.body.append(status);

/** Say something for a moment, to the eye and to a screen reader. */
export function announce(text) {
	status.textContent = text;
	clearTimeout(announce.timer);
	announce.timer = setTimeout(() => (status.textContent = ""), 2500);
}

/** Hand a value to a hidden text box as if it had been typed there and Enter pressed: the server listens to that. */
export function send(id, value) {
	const box = document.querySelector(`#${id} textarea`);
	box.value = value;
	box.dispatchEvent(new Event("input", { bubbles: true }));
	box.dispatchEvent(new KeyboardEvent("keypress", { key: "Enter", bubbles: true, cancelable: true }));
}

/** A window over the page, with a heading and a way out; Escape closes it too. */
export function openWindow(title, content) {
	const window_ = document.createElement("dialog");
	window_.className = "dl-window";
	window_.setAttribute("aria-label", title);
	const close = document.createElement("button");
	close.type = "button";
	close.className = "dl-close";
	close.textContent = words.close;
	close.addEventListener("click", () => window_.close());
	window_.append(close, content);
	window_.addEventListener("click", (event) => event.target === window_ && window_.close());
	window_.addEventListener("close", () => window_.remove());
	document.querySelector(".gradio-container").append(window_);
	window_.showModal();
	return window_;
}

export { words };

async function openArticle(link) {
	const content = document.createElement("div");
	content.className = "dl-reading";
	content.textContent = words.loading;
	openWindow(words.article, content);
	const address = new URL(link.href);
	address.searchParams.set("part", "1");
	address.hash = "";
	try {
		// The server escapes every word of the article, and the page's policy runs no script that is not the page's own.
		content.innerHTML = await (await fetch(address)).text();
		const marked = content.querySelector("mark");
		marked?.scrollIntoView({ block: "center" });
		marked?.focus({ preventScroll: true });
	} catch {
		content.textContent = words.failed;
	}
}

let followed = null; // the last marker that was clicked

function openProof(turn, number) {
	const card = document.getElementById(`dl-card-${turn}-${number}`);
	if (card) choose(card);
	else send("dl-show", `${turn}-${number}/${Date.now()}`);
}

function choose(card) {
	document.querySelectorAll(".dl-chosen").forEach((other) => other.classList.remove("dl-chosen"));
	card.classList.add("dl-chosen", "dl-seen");
	card.scrollIntoView({ block: "nearest", behavior: calm() ? "auto" : "smooth" });
	card.focus({ preventScroll: true });
}

/** From a passage to the marker that led there, which an answer may have more than one of. */
function backToAnswer(link) {
	const [, place] = /^dl-card-(.+)$/.exec(link.closest(".dl-passage").id);
	const markers = [...document.querySelectorAll(`#dl-chat a[href="#dl-source-${place}"]`)];
	const marker = markers.includes(followed) ? followed : markers[0];
	// At once: a smooth way there ends wherever it is when something else is drawn.
	(marker ?? document.querySelector("#dl-chat")).scrollIntoView({ block: "center", behavior: "instant" });
	marker?.focus({ preventScroll: true });
}

const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

async function copy(text) {
	try {
		await navigator.clipboard.writeText(text);
	} catch {
		const box = document.createElement("textarea");
		box.value = text;
		document.body.append(box);
		box.select();
		document.execCommand("copy"); // where the page is not served from this machine, browsers offer nothing newer
		box.remove();
	}
	announce(words.copied);
}

function follow(event) {
	const link = event.target.closest?.("a[href]");
	if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
	const target = link.getAttribute("href");
	const proof = /^#dl-source-(\d+)-(\d+)$/.exec(target);
	if (proof) {
		followed = link;
		openProof(proof[1], proof[2]);
	} else if (target === "#dl-back") backToAnswer(link);
	else if (target === "#dl-copy") copy(link.closest(".dl-sources").querySelector(".dl-text").textContent);
	else if (target === "#dl-asked") send("dl-asked", link.textContent);
	else if (link.classList.contains("dl-link")) copy(link.href);
	else if (link.classList.contains("dl-read")) openArticle(link);
	else return;
	event.preventDefault();
}

/** Escape ends the answer that is under way, or leaves the question what would have been right without an answer. */
function stopOnEscape(event) {
	if (event.key !== "Escape" || document.querySelector("dialog[open]")) return;
	const stop = event.target.closest?.("#dl-correct") ? null : document.querySelector("#dl-question .stop-button");
	const correction = document.querySelector("#dl-correct textarea");
	if (stop) stop.click();
	else if (correction) send("dl-correct", "");
}

const LARGEST_UPLOAD = 20 * 1024 * 1024; // bytes, as the web server allows
// The last of the Articles tab's buttons, which is drawn anew and then has lost the focus, and the heading it was opened by.
let pressed = "";
let opened = "";

function press(event) {
	const button = event.target.closest?.("button.dl-do");
	if (!button) return;
	pressed = button.value;
	opened = button.closest("details")?.firstChild.textContent ?? "";
	send("dl-do", button.value);
	if (pressed.startsWith("confirm/")) send("dl-remove", pressed.slice("confirm/".length));
}

/** The same button gets the focus back, or one about the same thing, or else the heading of what was found. */
function refocus() {
	if (!pressed || document.activeElement !== document.body) return;
	const about = pressed.slice(pressed.indexOf("/"));
	const details = [...document.querySelectorAll("#dl-overview details")].find((one) => one.firstChild.textContent === opened);
	if (details) details.open = true;
	const around = details ?? document;
	const same = [...around.querySelectorAll("button.dl-do")].find((button) => button.value.endsWith(about));
	if (same) same.focus({ preventScroll: true });
	else document.querySelector("#dl-listing h2")?.focus();
	pressed = "";
}

/** Files that are too large are refused here, in words, before gradio takes them. */
function weigh(event) {
	const files = event.target.matches?.("input[type=file]") ? [...event.target.files] : [];
	if (files.reduce((sum, file) => sum + file.size, 0) <= LARGEST_UPLOAD) return;
	event.stopImmediatePropagation();
	event.target.value = "";
	announce(words.too_large);
}

const MOMENT = 3000; // milliseconds in which the overview above may still grow
let outcome = "";
let toldAt = 0;

/** What became of a change stays in sight, wherever the page has been scrolled to. */
function showOutcome() {
	const told = document.querySelector("#dl-outcome .dl-outcome");
	if (!told) return;
	if (told.textContent !== outcome) toldAt = Date.now();
	outcome = told.textContent;
	if (outcome && Date.now() - toldAt < MOMENT) told.scrollIntoView({ block: "nearest" });
}

new MutationObserver(showOutcome).observe(document.body, { childList: true, subtree: true, characterData: true });
document.addEventListener("click", press);
document.addEventListener("change", weigh, true);
new MutationObserver(refocus).observe(document.body, { childList: true, subtree: true });

function showChosen() {
	const card = document.querySelector(".dl-chosen:not(.dl-seen)");
	if (card) choose(card);
}

document.addEventListener("click", follow);
document.addEventListener("keydown", stopOnEscape);
new MutationObserver(showChosen).observe(document.body, { childList: true, subtree: true });
followConversations({ announce, openWindow, send, words });
followChat(words);
