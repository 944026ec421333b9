import java.net.URI;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sts.StsClient;

/** Calls again and again until standard input ends; fails at the first call that fails. Usage: AWS_PROFILE=First java Client */
public final class Client {
  public static void main(String[] args) throws Exception {
    Thread end = new Thread(() -> {
      try {
        while (System.in.read() != -1) {}
      } catch (java.io.IOException ended) {
        // It has ended.
      }
      Runtime.getRuntime().halt(0);
    });
    end.setDaemon(true);
    end.start();
    ProfileCredentialsProvider credentials = ProfileCredentialsProvider.create(System.getenv("AWS_PROFILE"));
    StsClient client = StsClient.builder()
        .credentialsProvider(credentials)
        .endpointOverride(URI.create(System.getenv("AWS_ENDPOINT_URL")))
        .region(Region.of(System.getenv("AWS_REGION")))
        .httpClient(UrlConnectionHttpClient.create())
        .build();
    for (; ; Thread.sleep(250)) {
      String arn = client.getCallerIdentity().arn();
      System.out.println(credentials.resolveCredentials().accessKeyId() + " " + arn);
    }
  }
}
