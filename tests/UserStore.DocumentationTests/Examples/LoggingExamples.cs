using Amazon.DynamoDBv2.DataModel;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Compliance.Redaction;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using UserStore.Privacy;

namespace UserStore.DocumentationTests.Examples;

/// <summary>Logs users as the guide to privacy does, with the framework's redaction.</summary>
public sealed class LoggingExamples
{
    private static readonly LoggedUser Ada = new()
    {
        UserId = "42",
        Email = "ada@example.test",
        Name = "Ada",
        Tags = ["secret-tag"],
        Phone = "secret-phone",
        Nickname = "secret-nickname",
        Version = 1,
    };

    [Fact]
    public void LogProperties_logs_only_what_needs_no_protection_unless_redaction_is_enabled()
    {
        Dictionary<string, string> logged = Log(_ => { }, logging => { });

        logged.Should().Contain("user.Status", UserStatus.Active).And.ContainKey("user.CreatedAt");
        logged.Keys.Should().NotContain(["user.UserId", "user.Email", "user.Name", "user.Age", "user.Tags", "user.Phone"]);
        ShouldContainNothingSecret(logged);
    }

    [Fact]
    public void LogProperties_redacts_by_classification()
    {
        Dictionary<string, string> logged = Log(
            services => services.AddRedaction(redaction => redaction.SetRedactor<NullRedactor>(UserDataTaxonomy.Identifier)),
            logging => logging.EnableRedaction(options => options.ApplyDiscriminator = false));

        logged.Should().Contain("user.UserId", "42").And.Contain("user.Email", "").And.Contain("user.Phone", "").And.Contain("user.Tags", "");
        ShouldContainNothingSecret(logged);
    }

    [Fact]
    public void A_redactor_of_the_container_knows_the_attributes_of_Identity_too()
    {
        ServiceCollection services = [];
        services.AddUserStore<LoggedUser>();
        services.AddRedaction(redaction => redaction.SetRedactor<NullRedactor>(UserDataTaxonomy.Identifier));
        using ServiceProvider provider = services.BuildServiceProvider();

        string? text = provider.GetRequiredService<UserRedactor<LoggedUser>>().Redact(Ada).ToString();

        text.Should().Contain("UserId = 42").And.Contain("Nickname = ,").And.NotContain("secret").And.NotContain("ada@");
    }

    private static Dictionary<string, string> Log(Action<IServiceCollection> configure, Action<ILoggingBuilder> configureLogging)
    {
        var provider = new ListProvider();
        ServiceCollection services = [];
        services.AddLogging(logging =>
        {
            logging.AddProvider(provider);
            configureLogging(logging);
        });
        configure(services);
        using ServiceProvider built = services.BuildServiceProvider();
        ExampleLog.SignedUp(built.GetRequiredService<ILogger<LoggingExamples>>(), Ada);
        return provider.Logged;
    }

    private static void ShouldContainNothingSecret(Dictionary<string, string> logged)
        => logged.Values.Should().NotContain(text => text.Contains("secret") || text.Contains("ada@") || text.Contains("Ada"));

    public record LoggedUser : User
    {
        [DynamoDBProperty("phone")]
        [UserContactData]
        public string? Phone { get; init; }

        [DynamoDBProperty("nickname")]
        [PersonalData]
        [LogPropertyIgnore]
        public string? Nickname { get; init; }
    }

    private sealed class ListProvider : ILoggerProvider, ILogger
    {
        public Dictionary<string, string> Logged { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
            => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            foreach ((string name, object? value) in (IEnumerable<KeyValuePair<string, object?>>)state!)
                Logged[name] = $"{value}"; // a redacted value lives only as long as the event
        }

        public void Dispose()
        {
        }
    }
}

/// <summary>The events of the examples.</summary>
internal static partial class ExampleLog
{
    [LoggerMessage(1, LogLevel.Information, "A user signed up.")]
    public static partial void SignedUp(ILogger logger, [LogProperties] LoggingExamples.LoggedUser user);
}
