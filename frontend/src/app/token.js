// The token that shows that a request comes from a page of this site.
export function csrfToken() {
  return document.querySelector('meta[name="csrf-token"]')?.content ?? '';
}
