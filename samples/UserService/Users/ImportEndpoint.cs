using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Mvc;
using UserStore;

namespace UserService.Users;

/// <summary>Creates users from any number of JSON lines, and streams the outcome of each as JSON lines.</summary>
/// <remarks>Memory contains the users that the batch writer has in flight, and one line.</remarks>
internal static class ImportEndpoint
{
    private const string JsonLines = "application/x-ndjson";
    private const long MaxBytes = 1L << 30;
    private const int MaxLineBytes = Service.MaxBodyBytes;
    private const int EventsOnTheirWay = 100;

    public static void Map(IEndpointRouteBuilder users) => users.MapPost("import", ImportAsync)
        .WithName("ImportUsers")
        .WithSummary("Creates users from JSON lines; responds with lines of progress, of what was not written, and of the end")
        .Accepts<UserInput>(JsonLines)
        .Produces<string>(200, JsonLines)
        .Refusals(400, 406, 413, 415)
        .Failures()
        .WithMetadata(new RequestSizeLimitAttribute(MaxBytes));

    private static async Task ImportAsync(HttpContext context, IUserBatchWriter<User> writer, IHostApplicationLifetime service)
    {
        RequestReader.CheckMediaType(context.Request, JsonLines);
        context.Response.ContentType = JsonLines;
        var events = Channel.CreateBounded<object>(EventsOnTheirWay);
        // If the caller disconnects, both loops end: the batch still reports the items that it did not attempt, but no one reads them.
        CancellationToken aborted = context.RequestAborted;
        // When the service stops, the batch ends, and the caller learns how far it came.
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(aborted, service.ApplicationStopping);
        Task batch = RunAsync(context.Request, writer, events.Writer, aborted, stopping.Token);
        try
        {
            await foreach (object line in events.Reader.ReadAllAsync(aborted))
            {
                await JsonSerializer.SerializeAsync(context.Response.Body, line, JsonSerializerOptions.Web, aborted);
                await context.Response.WriteAsync("\n", aborted);
                await context.Response.Body.FlushAsync(aborted);
            }
        }
        finally
        {
            await batch; // The batch reads the request, and must not outlive it.
        }
    }

    private static async Task RunAsync(
        HttpRequest request, IUserBatchWriter<User> writer, ChannelWriter<object> events, CancellationToken aborted, CancellationToken stopping)
    {
        // The writer identifies an item by its position among the valid ones, the caller by its line number.
        var lines = new ConditionalWeakTable<User, object>();
        int refused = 0;
        try
        {
            var options = new BatchWriteOptions<User>
            {
                OnItemFailed = item => events.WriteAsync(
                    new
                    {
                        @event = "not-written",
                        line = lines.TryGetValue(item.Item!, out object? line) ? line : null,
                        userId = item.Key?.ToString(),
                        problem = ProblemOf(item),
                    },
                    aborted),
                Progress = new Immediately(progress => events.TryWrite(
                    new { @event = "progress", progress.Written, failed = progress.Failed + refused })),
            };
            BatchWriteResult<User> result = await writer.CreateAsync(ReadAsync(), options, stopping);
            await events.WriteAsync(
                new
                {
                    @event = "end",
                    endedBy = result.CompletionReason.ToString(),
                    result.Written,
                    failed = result.Rejected + result.Unknown + result.NotAttempted + refused,
                    problem = result.SequenceError is null ? null : SequenceProblem(result.SequenceError).ToBody(),
                },
                aborted);
        }
        finally
        {
            events.Complete();
        }

        async IAsyncEnumerable<User> ReadAsync()
        {
            int number = 0;
            await foreach (ReadOnlyMemory<byte> line in ReadLinesAsync(request.BodyReader, stopping))
            {
                number++;
                if (IsBlank(line.Span))
                    continue;
                using JsonDocument? json = RequestReader.TryParse(line);
                (User? user, var errors) = json is null
                    ? (null, new Dictionary<string, string[]> { ["body"] = ["must be well-formed JSON in UTF-8 that names no field twice"] })
                    : UserFields.ReadUser(json.RootElement);
                if (user is not null)
                {
                    lines.Add(user, number);
                    yield return user;
                    continue;
                }

                refused++;
                await events.WriteAsync(new { @event = "not-written", line = number, problem = Problem.Invalid(errors).ToBody() }, aborted);
            }
        }
    }

    private static object ProblemOf(BatchItemFailure<User> item)
        => (item.Error is null ? null : Problem.Of(item.Error))?.ToBody()
            ?? (object)new { type = "urn:user-service:not-attempted", title = item.Reason.ToString() };

    private static Problem SequenceProblem(Exception failure) => failure switch
    {
        ProblemException refused => refused.Problem,
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => Problem.TooLarge(MaxBytes),
        _ => Problem.OfStatus(StatusCodes.Status400BadRequest),
    };

    private static bool IsBlank(ReadOnlySpan<byte> line) => line.Trim(" \t\r"u8).IsEmpty;

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadLinesAsync(
        PipeReader body, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            ReadResult read = await body.ReadAsync(cancellationToken);
            ReadOnlySequence<byte> rest = read.Buffer;
            try
            {
                while (rest.PositionOf((byte)'\n') is { } end)
                {
                    yield return Trim(rest.Slice(0, end));
                    rest = rest.Slice(rest.GetPosition(1, end));
                }

                if (read.IsCompleted)
                {
                    if (!rest.IsEmpty)
                        yield return Trim(rest);
                    yield break;
                }

                CheckLength(rest);
            }
            finally
            {
                body.AdvanceTo(read.IsCompleted ? rest.End : rest.Start, rest.End); // also at the end, so that the server can read what is left
            }
        }
    }

    private static ReadOnlyMemory<byte> Trim(ReadOnlySequence<byte> line)
    {
        CheckLength(line);
        return line.ToArray().AsMemory().TrimEnd((byte)'\r');
    }

    private static void CheckLength(ReadOnlySequence<byte> line)
    {
        if (line.Length > MaxLineBytes)
            throw new ProblemException(Problem.Invalid("body", $"must have no line longer than {MaxLineBytes} bytes"));
    }

    private sealed class Immediately(Action<BatchProgress> report) : IProgress<BatchProgress>
    {
        public void Report(BatchProgress value) => report(value);
    }
}
