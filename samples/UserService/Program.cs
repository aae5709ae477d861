using UserService;

// The arguments "policy --account ... --region ..." print the service's IAM policies instead of starting it.
if (PolicyCommand.TryRun(args, Console.Out, Console.Error) is { } exitCode)
    return exitCode;

await using WebApplication service = Service.Build(args);
// "migrate help" lists the commands that apply, undo and inspect migrations instead of starting the service.
if (await service.RunMigrationCommandAsync(args) is { } migrateExitCode)
    return migrateExitCode;
await service.RunAsync();
return 0;
