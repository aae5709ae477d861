using IdentityService;
using UserStore.Testing;

try
{
    await using WebApplication service = await Service.BuildAsync(args);
    await service.RunAsync();
    return 0;
}
catch (LocalDynamoDbException unusable)
{
    Console.Error.WriteLine(unusable.Message);
    return 1;
}
