using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using UserStore.Testing;

namespace UserStore.DocumentationTests;

/// <summary>The page quotes messages as the packages write them.</summary>
public sealed partial class TroubleshootingTests
{
    private static readonly Page Troubleshooting = new("docs/troubleshooting.md");

    private static string[] Quotes => [.. Troubleshooting.Text.Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal))
        .Select(line => Quote().Match(line).Groups["text"].Value).Where(text => text.Count(letter => letter == ' ') > 1)];

    [Fact]
    public void Each_quoted_message_is_in_the_sources()
    {
        Quotes.Should().HaveCountGreaterThan(35);
        Quotes.Where(quote => !Messages.All.Any(message => IsQuoteOf(quote, message))).Should().BeEmpty();
    }

    [Theory]
    [InlineData("User '...' exists already. Choose another id, or update that user.", false)]
    [InlineData("User '...' already exists. Choose another id, or update that user.", true)]
    public void A_quote_must_have_the_words_of_the_message_in_their_order(string quote, bool isMessage)
        => Messages.All.Any(message => IsQuoteOf(quote, message)).Should().Be(isMessage);

    [Fact]
    public void Each_row_has_a_cause_and_a_remedy()
        => Troubleshooting.Text.Split('\n').Where(line => line.StartsWith('|')).Select(line => line.Split(" | "))
            .Should().OnlyContain(cells => cells.Length == 3 && cells.All(cell => cell.Trim('|', ' ').Length > 2));

    [Fact]
    public async Task A_server_that_does_not_run_is_named_as_on_the_page()
    {
        await using ServiceProvider provider = new ServiceCollection().AddUserStore(options =>
        {
            options.ServiceUrl = "http://127.0.0.1:9";
            options.Retry.Timeout = TimeSpan.Zero;
        }).Services.BuildServiceProvider();

        Func<Task> find = () => provider.GetRequiredService<IUserStore>().FindAsync("fake-1");

        string message = (await find.Should().ThrowAsync<UserStoreUnavailableException>()).Which.Message;
        message.Should().Contain("127.0.0.1:9");
        Quotes.Should().Contain(quote => IsQuoteOf(quote, message));
    }

    [Fact]
    public async Task A_conflict_and_a_value_in_use_are_described_as_on_the_page()
    {
        var users = new InMemoryUserStore();
        User user = await users.CreateAsync(FakeUsers.Create(1));
        await users.UpdateAsync(user with { Name = "Fake Renamed" });

        Func<Task>[] refused =
        [
            () => users.UpdateAsync(user with { Name = "Fake" }),
            () => users.CreateAsync(new User { Email = user.Email }),
            () => users.CreateAsync(new User { UserId = user.UserId }),
            () => users.QueryPageAsync(new UserQuery<User>("no-index", "fake")),
        ];

        foreach (Func<Task> call in refused)
        {
            string message = (await call.Should().ThrowAsync<UserStoreException>()).Which.Message;
            Quotes.Should().Contain(quote => IsQuoteOf(quote, message), message);
        }
    }

    [Fact]
    public void An_option_that_is_not_valid_is_described_as_on_the_page()
    {
        using ServiceProvider provider = new ServiceCollection().AddUserStore(options => options.Region = "nowhere at all").Services.BuildServiceProvider();

        Action resolve = () => provider.GetRequiredService<IUserStore>();

        string message = resolve.Should().Throw<OptionsValidationException>().Which.Message;
        Quotes.Should().Contain(quote => IsQuoteOf(quote, message));
    }

    // The fixed parts of a quote occur in one message, in their order.
    private static bool IsQuoteOf(string quote, string message)
    {
        int at = 0;
        foreach (string part in quote.Split("...").Select(part => part.Trim(' ', '.', ',', ':', '(', ')')).Where(part => part.Length > 0))
        {
            at = message.IndexOf(part, at, StringComparison.Ordinal);
            if (at < 0)
                return false;
            at += part.Length;
        }

        return true;
    }

    [GeneratedRegex("^\\| `(?<text>[^`]+)`")]
    private static partial Regex Quote();
}
