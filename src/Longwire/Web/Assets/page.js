for (const button of document.querySelectorAll("button")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const code = button.previousElementSibling;
    getSelection().selectAllChildren(code);
    let copied = true;
    try { await navigator.clipboard.writeText(code.textContent); } catch { copied = document.execCommand("copy"); }
    button.textContent = copied ? "Copied" : "Press Ctrl+C";
  });
}
