// What gradio's conversation does not do by itself: staying where it is read, names for screen readers, one question at a time.

let count = 0; // of questions
let isFollowed = false; // the last question, until the reader turns to something else

/** Keep the last question at the top of the conversation, so that its answer is read from the beginning. */
function keepInSight() {
	const log = document.querySelector("#dl-chat [role=log]");
	const questions = document.querySelectorAll("#dl-chat .user-row");
	if (questions.length !== count) isFollowed = true;
	count = questions.length;
	if (!count || !isFollowed) return;
	log.scrollTop += questions[count - 1].getBoundingClientRect().top - log.getBoundingClientRect().top - 16;
}

/** Whoever scrolls, clicks or moves on by keyboard is not brought back; the browser scrolls by itself, so its place says nothing. */
function letGo({ target }) {
	if (!target.closest?.("#dl-question, #dl-chat button")) isFollowed = false;
}

/** Names and roles that gradio gets wrong: labels full of Markdown, a list without items, a button around a button. */
function mendNames(words) {
	for (const header of document.querySelectorAll(".toast-header[role]")) {
		header.removeAttribute("role");
		header.removeAttribute("tabindex");
	}
	// These are never Dateline's own: it answers an error with a sentence, unless it cannot answer at all.
	for (const said of document.querySelectorAll(".toast-message-text.error")) {
		if (said.textContent !== words.no_reply) said.textContent = words.no_reply;
	}
	for (const said of document.querySelectorAll("#dl-chat [data-testid][aria-label]")) said.removeAttribute("aria-label");
	document.querySelector("#dl-chat .examples[role=list]")?.setAttribute("role", "group");
	for (const box of document.querySelectorAll("#dl-chat .edit-textarea:not([aria-label])")) {
		box.setAttribute("aria-label", document.querySelector("#dl-question [data-testid=block-info]").textContent);
		box.value = unescaped(box.value);
		box.dispatchEvent(new Event("input", { bubbles: true }));
		box.focus();
	}
}

/** A question as it was typed: gradio offers its Markdown to be edited. */
function unescaped(markdown) {
	const entities = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&#92;": "\\" };
	return markdown.replace(/\\([!-/:-@[-`{-~])|&(?:amp|lt|gt|#92);/g, (part, sign) => sign ?? entities[part]);
}

/** Enter asks nothing while an answer is under way: two at once would write over each other. */
function holdBack(event) {
	if (event.key !== "Enter" || !event.target.closest?.("#dl-question:has(.stop-button)")) return;
	event.stopPropagation();
	if (!event.shiftKey) event.preventDefault();
}

/** Whoever clears the filters by keyboard goes on at the first of them, since the button is gone then. */
function stayAmongFilters({ target, detail }) {
	if (detail === 0 && target.closest?.("#dl-clear")) document.querySelector("#dl-as-of input").focus();
}

/** Nobody chosen means everybody; of those who are, gradio says only the numbers. */
function namePublishers(words) {
	const box = document.querySelector("#dl-publishers input");
	if (box) box.placeholder = document.querySelector("#dl-publishers .token") ? "" : words.all_publishers;
	for (const token of document.querySelectorAll("#dl-publishers .token")) {
		const name = token.querySelector("span").textContent;
		token.title = name;
		token.querySelector(".token-remove").title = words.leave_out.replace("$name", () => name);
	}
	document.querySelector("#dl-publishers .remove-all")?.setAttribute("title", words.ask_all);
}

/** Watch the conversation, which gradio draws anew with every answer. */
export function follow(words) {
	document.addEventListener("keypress", holdBack, { capture: true });
	document.addEventListener("click", stayAmongFilters);
	for (const turn of ["wheel", "touchmove", "pointerdown", "keydown"]) {
		document.addEventListener(turn, letGo, { capture: true, passive: true });
	}
	const mend = () => {
		keepInSight();
		mendNames(words);
		namePublishers(words);
	};
	mend();
	new MutationObserver(mend).observe(document.body, { childList: true, subtree: true, characterData: true });
}
