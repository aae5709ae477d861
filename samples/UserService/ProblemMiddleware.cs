using UserStore;

namespace UserService;

/// <summary>Converts exceptions to problem details, and logs those that the caller did not cause.</summary>
internal sealed partial class ProblemMiddleware(RequestDelegate next, ILogger<ProblemMiddleware> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            if (!context.Response.HasStarted)
                context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest; // No one reads it.
        }
        catch (Exception failure) when (!context.Response.HasStarted)
        {
            Problem problem = ProblemOf(failure);
            if (problem.Status >= 500)
                LogFailure(logger, failure, problem.Type);
            await problem.WriteAsync(context);
        }
    }

    private static Problem ProblemOf(Exception failure) => failure switch
    {
        ProblemException refused => refused.Problem,
        UserStoreException reported => Problem.Of(reported),
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => Problem.TooLarge(Service.MaxBodyBytes),
        BadHttpRequestException malformed => Problem.OfStatus(malformed.StatusCode),
        _ => null,
    }
    ?? Problem.OfStatus(StatusCodes.Status500InternalServerError);

    [LoggerMessage(1, LogLevel.Error, "A request ended as {Problem}.")]
    private static partial void LogFailure(ILogger logger, Exception failure, string problem);
}
