using Microsoft.Extensions.Primitives;

namespace UserService.Http;

/// <summary>What applies to every request, also to those that the framework rejects before it routes them: headers for security, problem details for
/// errors, and the methods HEAD and OPTIONS.</summary>
internal sealed class EveryResponse : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(AddSecurityHeaders);
        app.UseMiddleware<ProblemMiddleware>();
        app.UseStatusCodePages(context => ProblemOf(context.HttpContext).WriteAsync(context.HttpContext));
        app.Use(HandleHeadAndOptionsAsync);
        next(app);
    };

    private static Task AddSecurityHeaders(HttpContext context, RequestDelegate next)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.ContentSecurityPolicy = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = headers["Cross-Origin-Resource-Policy"] = "same-origin";
        return next(context);
    }

    // HEAD is GET, of whose response the server sends the header fields only. OPTIONS returns the methods, with which a wrong method is rejected as well.
    private static async Task HandleHeadAndOptionsAsync(HttpContext context, RequestDelegate next)
    {
        string method = context.Request.Method;
        if (HttpMethods.IsHead(method))
            context.Request.Method = HttpMethods.Get;
        await next(context);
        context.Request.Method = method;
        if (context.Response is not { StatusCode: StatusCodes.Status405MethodNotAllowed, HasStarted: false } response)
            return;

        IEnumerable<string> methods = response.Headers.Allow.SelectMany(each => each!.Split(", "));
        methods = [.. methods, .. methods.Contains(HttpMethods.Get) ? [HttpMethods.Head] : Array.Empty<string>(), HttpMethods.Options];
        response.Headers.Allow = new StringValues(string.Join(", ", methods.Order(StringComparer.Ordinal)));
        if (HttpMethods.IsOptions(method))
            response.StatusCode = StatusCodes.Status204NoContent;
    }

    // Only the filter of hosts rejects requests as bad before they are routed.
    private static Problem ProblemOf(HttpContext context) => context.Response.StatusCode == StatusCodes.Status400BadRequest && context.GetEndpoint() is null
        ? Problem.HostNotAllowed()
        : Problem.OfStatus(context.Response.StatusCode);
}
