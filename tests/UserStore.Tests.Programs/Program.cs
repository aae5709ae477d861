using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Microsoft.Extensions.DependencyInjection;
using UserStore;
using UserStore.DependencyInjection;
using UserStore.Testing;
using UserStore.Tests.Programs;

// Programs that tests run in a separate process, to kill it or to set its environment.
switch (args)
{
    case ["own-server", .. var dataFile]:
        LocalDynamoDb server = await LocalDynamoDb.StartAsync(new LocalDynamoDbOptions { DataFile = dataFile.FirstOrDefault() });
        Console.WriteLine(server.Endpoint);
        await Task.Delay(Timeout.Infinite);
        break;

    case ["print-server"]:
        await using (LocalDynamoDb found = await LocalDynamoDb.StartAsync())
            Console.WriteLine($"{found.Endpoint}, {found.Description}");
        break;

    case ["print-client"]:
        await using (ServiceProvider provider = new ServiceCollection().AddUserStore().Services.BuildServiceProvider())
        {
            IAmazonDynamoDB client = StoreServices.ClientOf<User>(provider);
            string endpoint = client.DetermineServiceOperationEndpoint(new ListTablesRequest()).URL;
            Console.WriteLine($"{endpoint} {client.Config.RegionEndpoint?.SystemName ?? client.Config.AuthenticationRegion}");
        }

        break;

    case ["find-user", var prefix]:
        await using (ServiceProvider provider = new ServiceCollection()
            .AddUserStore(options => options.TableNamePrefix = prefix).Services.BuildServiceProvider())
        {
            IUserStore store = provider.GetRequiredService<IUserStore>();
            await store.EnsureTablesAsync();
            Console.WriteLine(await store.FindAsync("fake-1") is null ? "none" : "found");
        }

        break;

    case ["migrate", var prefix, var migration, .. var command]:
        return await MigrationPrograms.RunAsync(prefix, migration, command);

    case ["rebuild", var prefix]:
        return await RebuildProgram.RunAsync(prefix);

    case ["service", var prefix, var kind, .. var command]:
        return await ServiceProgram.RunAsync(prefix, kind, command);

    default:
        return 1;
}

return 0;
