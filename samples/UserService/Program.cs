using UserService;
using UserStore.Testing;

if (args is ["--help" or "-h" or "-?" or "help"])
{
    Console.WriteLine(Help.Text);
    return 0;
}

if (PolicyCommand.TryRun(args, new ConfigurationBuilder().AddEnvironmentVariables().Build(), Console.Out, Console.Error) is { } policyExitCode)
    return policyExitCode;

try
{
    await using WebApplication service = await Service.BuildAsync(args);
    if (await service.RunMigrationCommandAsync(args) is { } migrationExitCode)
        return migrationExitCode;
    if (await service.RunPrivacyCommandAsync(args) is { } privacyExitCode)
        return privacyExitCode;
    await service.RunAsync();
    return 0;
}
catch (LocalDynamoDbException unusable)
{
    Console.Error.WriteLine($"{unusable.Message} The argument --help lists all settings.");
    return 1;
}
catch (Exception failure) when (SettingException.ReasonOf(failure) is { } reason)
{
    Console.Error.WriteLine($"The service cannot start. {reason} The argument --help lists all settings.");
    return 1;
}
catch (OperationCanceledException)
{
    Console.Error.WriteLine("The service was stopped before it had started.");
    return 1;
}
catch (IOException busy) when (busy.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
{
    Console.Error.WriteLine($"{busy.Message} Stop the other program, or choose another port, such as --urls http://localhost:5381.");
    return 1;
}
