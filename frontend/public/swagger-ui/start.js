/** Shows the server's OpenAPI document, with the access token that the panel stores. */
/* global SwaggerUIBundle */
const token = localStorage.getItem('mistudio.access_token');

SwaggerUIBundle({
  url: '/api/openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  // The validator's badge would send the document's address to another site.
  validatorUrl: null,
  requestInterceptor: (request) => {
    if (token !== null) {
      request.headers.Authorization = `Bearer ${token}`;
    }
    return request;
  },
});
