for (const button of document.querySelectorAll('button[data-copy]')) {
  button.hidden = false;
  button.addEventListener('click', async () => {
    const { textContent } = button.closest('figure').querySelector('code');
    const isCopied = await navigator.clipboard.writeText(textContent).then(
      () => true,
      () => false,
    );
    button.textContent = isCopied ? 'Copied' : 'Select it and copy by hand';
    setTimeout(() => {
      button.textContent = 'Copy';
    }, 2000);
  });
}
