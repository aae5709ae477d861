using System.Diagnostics;
using Amazon.DynamoDBv2;
using UserStore.DynamoDb;
using UserStore.Testing;

namespace UserStore.Tests.Testing;

public sealed class LocalDataFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("userstore-").FullName;

    private string DataFile => Path.Combine(_folder, "new folder", "users.db");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Users_in_a_data_file_remain_when_the_server_is_started_again()
    {
        await using (LocalDynamoDb first = await StartAsync())
        {
            await CreateUserAsync(first);
            first.DataFile.Should().Be(DataFile);
            first.Description.Should().Contain(DataFile);
        }

        Directory.GetFiles(Path.GetDirectoryName(DataFile)!).Should().BeEquivalentTo([DataFile, $"{DataFile}.lock"], "the file is complete after a stop");
        await using LocalDynamoDb second = await StartAsync();
        await ShouldHaveUserAsync(second);
    }

    [Fact]
    public async Task A_data_file_belongs_to_one_server()
    {
        await using (await StartAsync())
        {
            Func<Task> second = StartAsync;

            (await second.Should().ThrowAsync<LocalDynamoDbException>())
                .WithMessage($"The data file '{DataFile}' is in use by another process.*").Which.IsNotInstalled.Should().BeFalse();
        }

        await using LocalDynamoDb third = await StartAsync();
        third.Endpoint.IsLoopback.Should().BeTrue();
    }

    [Fact]
    public async Task A_file_of_another_kind_and_a_folder_are_rejected_with_the_reason_and_are_not_locked()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(DataFile)!);
        await File.WriteAllTextAsync(DataFile, new string('x', 5000));
        Func<Task> start = StartAsync;

        (await start.Should().ThrowAsync<LocalDynamoDbException>()).WithMessage("*does not start with the data file*SQLite*");
        (await start.Should().ThrowAsync<LocalDynamoDbException>()).WithMessage("*SQLite*", "the lock was released");
        Func<Task> inFile = () => LocalDynamoDb.StartOwnAsync(Path.Combine(DataFile, "users.db"), CancellationToken.None);
        (await inFile.Should().ThrowAsync<LocalDynamoDbException>()).WithMessage("*cannot be created*");
    }

    [UnixFact]
    public async Task The_users_remain_and_the_data_file_is_free_when_the_owner_of_the_server_is_killed()
    {
        using Process owner = TestProgram.Start(["own-server", DataFile], environment => environment.Remove("DYNAMODB_ENDPOINT"));
        var endpoint = new Uri((await owner.StandardOutput.ReadLineAsync())!);
        await CreateUserAsync(LocalDynamoDb.At(endpoint.ToString()));

        owner.Kill();
        await owner.WaitForExitAsync();
        await using LocalDynamoDb next = await StartAsync();

        await ShouldHaveUserAsync(next);
        await LocalDynamoDbTests.ShouldStopAsync(endpoint);
    }

    private static async Task CreateUserAsync(LocalDynamoDb server)
    {
        using AmazonDynamoDBClient client = server.CreateClient();
        var store = new DynamoDbUserStore(client, new UserStoreOptions());
        await store.EnsureTablesAsync();
        await store.CreateAsync(FakeUsers.Create());
    }

    private static async Task ShouldHaveUserAsync(LocalDynamoDb server)
    {
        using AmazonDynamoDBClient client = server.CreateClient();
        User user = await new DynamoDbUserStore(client, new UserStoreOptions()).GetAsync("fake-1", ReadConsistency.Strong);
        user.Email.Should().Be(FakeUsers.Create().Email);
    }

    private Task<LocalDynamoDb> StartAsync() => LocalDynamoDb.StartOwnAsync(DataFile, CancellationToken.None);
}
