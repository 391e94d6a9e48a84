"use strict";

// Takes the digest of a letter's file in the browser and asks about that. The file is not sent.
{
  const drop = document.getElementById("drop");
  const input = document.getElementById("file");
  const status = document.getElementById("drop-status");
  const digestField = document.getElementById("id_sha256");
  const codeField = document.getElementById("file-code");
  const CODE = /Check code ([2-9BCDFGHJKMNPQRSTVWXZ]{4}(?:-[2-9BCDFGHJKMNPQRSTVWXZ]{4}){2})/;
  const LARGEST = 50 * 1024 * 1024;

  const check = async (file) => {
    if (file.size > LARGEST) {
      status.textContent = "This file is too large to be one of our letters.";
      return;
    }
    status.textContent = "Reading the file…";
    const bytes = await file.arrayBuffer();
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    digestField.value = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
    const found = CODE.exec(new TextDecoder("latin1").decode(bytes));
    codeField.value = found ? found[1] : "";
    digestField.form.submit();
  };

  // Browsers take digests only on pages that came safely.
  if (window.crypto && crypto.subtle) {
    drop.hidden = false;
    input.addEventListener("change", () => {
      if (input.files.length) check(input.files[0]);
    });
    for (const name of ["dragenter", "dragover"]) {
      drop.addEventListener(name, (event) => {
        event.preventDefault();
        drop.classList.add("over");
      });
    }
    drop.addEventListener("dragleave", () => drop.classList.remove("over"));
    drop.addEventListener("drop", (event) => {
      event.preventDefault();
      drop.classList.remove("over");
      if (event.dataTransfer.files.length) check(event.dataTransfer.files[0]);
    });
  }
}
