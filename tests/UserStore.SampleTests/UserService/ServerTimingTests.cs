using System.Diagnostics;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Moq;

namespace UserStore.SampleTests.UserService;

public sealed partial class ServerTimingTests : UserServiceTest
{
    private const string Entry = """[A-Za-z]+;dur=\d+\.\d\d;table="[a-zA-Z0-9 _.-]+";attempts=\d+(;capacity=[\d.]+)?""";

    [Fact]
    public async Task A_response_reports_its_requests_to_DynamoDB_in_order()
    {
        await using RunningService service = await RunningService.StartAsync(onServer: true);

        string[] create = await SendAsync(service, HttpMethod.Post, "/users", """{"userId":"a-1","name":"Fake","email":"a@example.test"}""");
        string[] read = await SendAsync(service, HttpMethod.Get, "/users/a-1");
        string[] byEmail = await SendAsync(service, HttpMethod.Get, "/users/by-email/a@example.test");
        string[] missing = await SendAsync(service, HttpMethod.Get, "/users/none");
        string[] invalid = await SendAsync(service, HttpMethod.Get, "/users?pageSize=0");

        create.Should().ContainSingle().Which.Should().StartWith("TransactWriteItems;").And.Contain("service-Users");
        read.Should().ContainSingle().Which.Should().MatchRegex("""^GetItem;dur=\d+\.\d\d;table="service-Users";attempts=1;capacity=1$""");
        byEmail.Select(entry => entry.Split(';')[0]).Should().Equal("GetItem", "GetItem");
        byEmail[0].Should().Contain("\"service-UserReservations\"");
        byEmail[1].Should().Contain("\"service-Users\"");
        missing.Should().ContainSingle().Which.Should().StartWith("GetItem;", "errors report their requests as well");
        invalid.Should().BeEmpty("it required no request");
        create.Concat(read).Concat(byEmail).Should().OnlyContain(entry => WholeEntry().IsMatch(entry));
    }

    [Fact]
    public async Task Concurrent_responses_report_only_their_own_requests()
    {
        await using RunningService service = await RunningService.StartAsync(onServer: true);
        await SendAsync(service, HttpMethod.Post, "/users", """{"userId":"a-1","name":"Fake","email":"a@example.test"}""");

        string[][] all = await Task.WhenAll(Enumerable.Range(0, 100).Select(number => number % 2 == 0
            ? SendAsync(service, HttpMethod.Get, "/users/a-1")
            : SendAsync(service, HttpMethod.Get, "/users/by-email/a@example.test")));

        for (int number = 0; number < all.Length; number++)
            all[number].Should().HaveCount(number % 2 == 0 ? 1 : 2);
    }

    [Fact]
    public async Task In_memory_there_is_nothing_to_report()
    {
        await using RunningService service = await RunningService.StartAsync();

        (await SendAsync(service, HttpMethod.Get, "/users/fake-1")).Should().BeEmpty();
    }

    [Fact]
    public async Task More_than_20_requests_are_summarized()
    {
        using var source = new ActivitySource(UserStoreTelemetry.ActivitySourceName);
        var users = new Mock<IUserStore>();
        users.Setup(store => store.FindAsync("a-1", It.IsAny<ReadConsistency>(), It.IsAny<CancellationToken>())).ReturnsAsync(() =>
        {
            for (int number = 0; number < 32; number++)
            {
                using Activity? request = source.StartActivity("GetItem some", ActivityKind.Client);
                request!.SetTag("db.operation.name", "GetItem").SetTag("db.collection.name", "some").SetTag("userstore.retries", number);
            }

            return new User { UserId = "a-1", Name = "Fake" };
        });
        await using RunningService service = await RunningService.StartAsync(configure: services => services.AddSingleton(users.Object));

        string[] entries = await SendAsync(service, HttpMethod.Get, "/users/a-1");

        entries.Should().HaveCount(21);
        entries[19].Should().EndWith(";table=\"some\";attempts=20");
        entries[20].Should().Be("more;desc=\"12 more requests\"");
    }

    [Fact]
    public async Task The_sampling_of_other_listeners_is_not_changed()
    {
        var recorded = new List<Activity>();
        using var other = new ActivityListener
        {
            ShouldListenTo = source => source.Name == UserStoreTelemetry.ActivitySourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.None,
            ActivityStopped = activity =>
            {
                lock (recorded)
                    recorded.Add(activity);
            },
        };
        ActivitySource.AddActivityListener(other);
        await using RunningService service = await RunningService.StartAsync(onServer: true);

        (await SendAsync(service, HttpMethod.Get, "/users/none")).Should().ContainSingle();

        recorded.Should().OnlyContain(activity => !activity.Recorded, "an exporter exports what is recorded");
    }

    private static async Task<string[]> SendAsync(RunningService service, HttpMethod method, string path, string? body = null)
    {
        var result = await service.SendAsync(method, path, body);
        return result.Response.Headers.TryGetValues("Server-Timing", out var values) ? values.Single().Split(", ") : [];
    }

    [GeneratedRegex($"^{Entry}$")]
    private static partial Regex WholeEntry();
}
