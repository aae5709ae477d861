using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace UserStore.CommandLine;

/// <summary>Represents the outcome of a command on one store: a result, a failure, a failure after a part of a result, or none if an earlier store
/// failed.</summary>
internal sealed record StoreReport(string StoreName, CommandResult? Result, CommandFailure? Failure, int ExitCode);

/// <summary>Writes results to the output, as text or JSON, and failures to the error output, as text for the operator.</summary>
/// <param name="set">The commands.</param>
/// <param name="output">The output.</param>
/// <param name="error">The error output.</param>
/// <param name="isJson">Whether the output is one JSON document.</param>
/// <param name="command">The command.</param>
/// <param name="isForSeveral">Whether the command acts on several stores.</param>
internal sealed class CommandOutput(CommandSet set, TextWriter output, TextWriter error, bool isJson, string? command, bool isForSeveral)
{
    private static readonly JsonWriterOptions Options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly List<StoreReport> _reports = [];
    private string? _headed;

    /// <summary>Returns what writes a line of the result of a store at once; null if the result is written as JSON at the end.</summary>
    public Action<string>? LinesOf(string storeName)
    {
        return isJson ? null : Write;

        void Write(string line)
        {
            WriteHeading(storeName);
            output.WriteLine(line);
        }
    }

    public void Add(StoreReport report)
    {
        _reports.Add(report);
        report.Failure?.WriteText(error, isForSeveral ? $"Store {report.StoreName}: " : "");
        if (isJson || report.Failure is not null || report.Result is null)
            return;
        WriteHeading(report.StoreName);
        report.Result.WriteText(output);
    }

    /// <summary>Completes the output.</summary>
    public void End()
    {
        if (!isJson)
            return;
        WriteJson(json =>
        {
            if (isForSeveral)
                json.WriteStartArray();
            foreach (StoreReport report in _reports)
                Write(json, report.StoreName, report.Result, report.Failure);
            if (isForSeveral)
                json.WriteEndArray();
        });
    }

    /// <summary>Writes that the arguments are not valid.</summary>
    public void WriteUsage(CommandUsageException wrong)
    {
        error.WriteLine(wrong.Message);
        error.WriteLine(new CommandHelp(set).ShortUsageOf(wrong.Command));
        if (isJson)
            WriteJson(json => Write(json, null, null, new CommandFailure(set, "InvalidArguments", wrong.Message)));
    }

    private void WriteHeading(string storeName)
    {
        if (!isForSeveral || _headed == storeName)
            return;
        output.WriteLine($"{(_headed is null ? "" : Environment.NewLine)}Store {storeName}:");
        _headed = storeName;
    }

    private void Write(Utf8JsonWriter json, string? store, CommandResult? result, CommandFailure? failure)
    {
        json.WriteStartObject();
        json.WriteString("command", command);
        json.WriteString("store", store);
        result?.WriteJson(json);
        failure?.WriteJson(json);
        json.WriteEndObject();
    }

    private void WriteJson(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Options))
            write(json);
        output.WriteLine(Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
    }
}
