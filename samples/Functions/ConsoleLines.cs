using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Functions;

/// <summary>Writes each log message as one line to the console before the call that logs it returns, in the format of a console formatter.</summary>
/// <remarks>The console logger of the package writes on a background thread and has no setting to wait for it. Lambda suspends the process as soon
/// as the response is returned, so that its last lines would be written at the next invocation, or never.</remarks>
internal sealed class ConsoleLines(ConsoleFormatter formatter) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new Logger(categoryName, formatter);

    public void Dispose()
    {
        // Nothing is buffered.
    }

    private sealed class Logger(string category, ConsoleFormatter formatter) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
            => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> format)
        {
            using var line = new StringWriter();
            formatter.Write(new LogEntry<TState>(logLevel, category, eventId, state, exception, format), scopeProvider: null, line);
            Console.Out.WriteLine(line.ToString().TrimEnd());
        }
    }
}
