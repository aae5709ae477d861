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

    case ["print-client"]:
        await using (ServiceProvider provider = new ServiceCollection().AddUserStore().Services.BuildServiceProvider())
        {
            var config = StoreServices.ClientOf<User>(provider).Config;
            Console.WriteLine($"{config.ServiceURL ?? "service"} {config.RegionEndpoint?.SystemName ?? config.AuthenticationRegion}");
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
