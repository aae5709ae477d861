using System.Diagnostics;
using System.Globalization;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Microsoft.Extensions.DependencyInjection;
using UserStore.DynamoDb.Sending;

namespace UserStore.ColdStart;

/// <summary>The ways to a first response.</summary>
internal enum Way
{
    /// <summary>No request.</summary>
    Empty,

    /// <summary>The client of the SDK, without a mapping.</summary>
    Client,

    /// <summary>The store, as an application registers it, on the SDK's context.</summary>
    Context,

    /// <summary>The store, as an application registers it, on the generated mapping.</summary>
    Generated,
}

/// <summary>Gets a user for the first time in a process.</summary>
internal static class FirstResponse
{
    /// <returns>The milliseconds of each phase.</returns>
    public static async Task<string> RunAsync(Way way)
    {
        var watch = Stopwatch.StartNew();
        var phases = new List<string>();
        switch (way)
        {
            case Way.Client:
                using (var client = new AmazonDynamoDBClient(CannedResponse.Credentials, CannedResponse.Config))
                {
                    Mark("client");
                    GetItemResponse response = await client.GetItemAsync("users", new Dictionary<string, AttributeValue> { ["user_id"] = new("fake-1") });
                    Mark("get");
                    Check(response.Item["user_id"].S);
                }

                break;
            case Way.Context or Way.Generated:
                var services = new ServiceCollection();
                services.AddUserStore(options => options.Mapping = way == Way.Generated ? UserMapping.Generated : UserMapping.Context);
                Mark("registered");
                // The client that UserStore creates, but for its responses.
                services.AddSingleton<IAmazonDynamoDB>(_ => new UserStoreClient(CannedResponse.Credentials, CannedResponse.Config));
                await using (ServiceProvider provider = services.BuildServiceProvider())
                {
                    Mark("built");
                    _ = provider.GetRequiredService<IAmazonDynamoDB>();
                    Mark("client");
                    IUserStore users = provider.GetRequiredService<IUserStore>();
                    Mark("store");
                    User user = await users.GetAsync("fake-1");
                    Mark("get");
                    Check(user.UserId);
                }

                break;
        }

        return string.Join(' ', phases);

        void Mark(string phase)
        {
            phases.Add(string.Create(CultureInfo.InvariantCulture, $"{phase}={watch.Elapsed.TotalMilliseconds:F1}"));
            watch.Restart();
        }
    }

    private static void Check(string id)
    {
        if (id != "fake-1")
            throw new InvalidOperationException("Another user was read.");
    }
}
