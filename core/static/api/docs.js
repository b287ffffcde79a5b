// Starts Swagger UI on the API's own description. Whoever is signed in on the site can try calls at once.
(() => {
  const csrfToken = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";
  SwaggerUIBundle({
    url: document.getElementById("api-docs").dataset.schema,
    dom_id: "#api-docs",
    presets: [SwaggerUIBundle.presets.apis],
    layout: "BaseLayout",
    validatorUrl: null,
    // Some two hundred calls: their nouns first, each opens with a click.
    docExpansion: "none",
    filter: true,
    persistAuthorization: false,
    requestInterceptor: (request) => {
      if (!["GET", "HEAD", undefined].includes(request.method)) request.headers["X-CSRFToken"] = csrfToken();
      return request;
    },
  });
})();
